resource "oci_artifacts_container_repository" "images" {
  for_each = var.create_repositories ? var.repositories : []

  compartment_id = var.compartment
  display_name   = each.value
  is_public      = false
  is_immutable   = true
}
