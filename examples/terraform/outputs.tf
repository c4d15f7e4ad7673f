output "client_id" {
  description = "The input oci-client-id of the actions. The client secret is on the application's page in the console."
  value       = oci_identity_domains_app.github.name
}

output "user" {
  description = "OCID of the service user: as this the cluster knows the workflows."
  value       = oci_identity_domains_user.deployer.ocid
}

output "rules" {
  description = "Rules of the trust; each can be the input oci-trust-rule of the actions."
  value       = [for subject in var.subjects : "sub eq ${subject}"]
}

output "statements" {
  description = "The policies."
  value       = oci_identity_policy.pipeline.statements
}
