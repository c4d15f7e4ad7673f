# The application that may ask for the exchange. Its client secret is of no use without a token of a
# workflow that fits the trust.
resource "oci_identity_domains_app" "github" {
  idcs_endpoint   = var.domain_url
  schemas         = ["urn:ietf:params:scim:schemas:oracle:idcs:App"]
  display_name    = "${var.name}-actions"
  description     = "Exchanges the OIDC tokens of GitHub's workflows."
  active          = true
  is_oauth_client = true
  client_type     = "confidential"
  allowed_grants  = ["client_credentials"]

  based_on_template {
    value = "CustomWebAppTemplateId"
  }

  lifecycle {
    ignore_changes = [schemas]
  }
}

# Nobody can sign in as a service user. That it is one cannot be changed afterwards.
resource "oci_identity_domains_user" "deployer" {
  idcs_endpoint = var.domain_url
  schemas = [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:oracle:idcs:extension:user:User",
  ]
  user_name = "${var.name}-deployer"

  urnietfparamsscimschemasoracleidcsextensionuser_user {
    service_user = true
  }

  lifecycle {
    ignore_changes = [schemas]
  }
}

resource "oci_identity_domains_group" "deployers" {
  idcs_endpoint = var.domain_url
  schemas       = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
  display_name  = "${var.name}-deployers"

  members {
    type  = "User"
    value = oci_identity_domains_user.deployer.id
  }

  lifecycle {
    ignore_changes = [schemas]
  }
}

# A domain has one trust for each issuer: import the one that is there already, if there is one.
resource "oci_identity_domains_identity_propagation_trust" "github" {
  idcs_endpoint             = var.domain_url
  schemas                   = ["urn:ietf:params:scim:schemas:oracle:idcs:IdentityPropagationTrust"]
  name                      = "${var.name}-actions"
  type                      = "JWT"
  active                    = true
  issuer                    = "https://token.actions.githubusercontent.com"
  public_key_endpoint       = "https://token.actions.githubusercontent.com/.well-known/jwks"
  oauth_clients             = [oci_identity_domains_app.github.name]
  client_claim_name         = "aud"
  client_claim_values       = [var.audience]
  subject_claim_name        = "sub"
  subject_type              = "User"
  subject_mapping_attribute = "userName"
  allow_impersonation       = true

  # The values of rules are not quoted.
  dynamic "impersonation_service_users" {
    for_each = var.subjects

    content {
      rule  = "sub eq ${impersonation_service_users.value}"
      value = oci_identity_domains_user.deployer.id
    }
  }
}
