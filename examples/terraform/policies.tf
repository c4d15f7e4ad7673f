locals {
  subject = "group '${var.domain_name}'/'${oci_identity_domains_group.deployers.display_name}'"
}

# In the home region of the tenancy, as all policies; a new one takes minutes to spread.
resource "oci_identity_policy" "pipeline" {
  compartment_id = var.compartment
  name           = "${var.name}-pipeline"
  description    = "What the workflows of the pipeline may do, and nothing more."
  statements     = flatten([for purpose in sort(var.purposes) : local.statements[purpose]])

  lifecycle {
    precondition {
      condition     = length(var.repositories) > 0 || length(setintersection(var.purposes, ["pull", "push", "create"])) == 0
      error_message = "Give the repositories that are pulled from and pushed to."
    }
    precondition {
      condition     = var.cluster != null || !contains(var.purposes, "deploy")
      error_message = "Give the cluster that is deployed to."
    }
    precondition {
      condition     = var.key != null || !contains(var.purposes, "sign")
      error_message = "Give the key that images are signed with."
    }
  }
}
