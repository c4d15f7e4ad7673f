terraform {
  required_version = ">= 1.5"

  required_providers {
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = ">= 2.20.0"
    }
  }
}

variable "user" {
  description = "OCID of the service user: the output user of the module beside this one."
  type        = string
}

variable "namespaces" {
  description = "Namespaces that are deployed to; they must exist."
  type        = set(string)
}

resource "kubernetes_role_v1" "deploy" {
  for_each = var.namespaces

  metadata {
    name      = "oke-pipeline-deploy"
    namespace = each.value
  }

  dynamic "rule" {
    for_each = local.rules

    content {
      api_groups = rule.value.api_groups
      resources  = rule.value.resources
      verbs      = rule.value.verbs
    }
  }
}

resource "kubernetes_role_binding_v1" "deploy" {
  for_each = var.namespaces

  metadata {
    name      = "oke-pipeline-deploy"
    namespace = each.value
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Role"
    name      = kubernetes_role_v1.deploy[each.value].metadata[0].name
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "User"
    name      = var.user
  }
}
