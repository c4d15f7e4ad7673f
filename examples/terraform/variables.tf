variable "tenancy" {
  description = "OCID of the tenancy."
  type        = string

  validation {
    condition     = startswith(var.tenancy, "ocid1.tenancy.")
    error_message = "Give the OCID of the tenancy, not its name."
  }
}

variable "compartment" {
  description = "OCID of the compartment where repositories and cluster are."
  type        = string

  validation {
    condition     = startswith(var.compartment, "ocid1.compartment.")
    error_message = "Give the OCID of a compartment: policies for the whole tenancy would allow more than is needed."
  }
}

variable "domain_url" {
  description = "URL of the identity domain, https://idcs-….identity.oraclecloud.com."
  type        = string
}

variable "domain_name" {
  description = "Name of the identity domain, as policies name it."
  type        = string
  default     = "Default"
}

variable "name" {
  description = "What application, trust and policy are called; user and group are named after it, too."
  type        = string
  default     = "github"
}

variable "subjects" {
  description = "Subjects of the workflows' tokens that are let in: repo:<owner>/<name>:environment:<environment>, or repo:<owner>/<name>:ref:refs/heads/<branch> for jobs without an environment, such as that of build.yml where its input environment is empty."
  type        = list(string)

  validation {
    condition     = length(var.subjects) > 0 && alltrue([for subject in var.subjects : can(regex("^repo:[^:*]+:(environment:[^:*]+|ref:refs/heads/[^:*]+)$", subject))])
    error_message = "Pin each subject to one repository and one environment or branch, without wildcards."
  }
}

variable "audience" {
  description = "Audience of the workflows' tokens: the input oci-audience of the actions."
  type        = string
  default     = "https://cloud.oracle.com"
}

variable "purposes" {
  description = "What the workflows do: pull, push, create, deploy, scan, scan-target, sign."
  type        = set(string)
  default     = ["pull", "push", "deploy"]

  validation {
    condition     = length(setsubtract(var.purposes, ["pull", "push", "create", "deploy", "scan", "scan-target", "sign"])) == 0
    error_message = "The purposes are pull, push, create, deploy, scan, scan-target and sign."
  }
}

variable "repositories" {
  description = "Names of the OCIR repositories, without the namespace of the tenancy."
  type        = set(string)
  default     = []
}

variable "create_repositories" {
  description = "Whether the repositories are made here: private, and with tags that stay what they are."
  type        = bool
  default     = true
}

variable "cluster" {
  description = "OCID of the OKE cluster that is deployed to."
  type        = string
  default     = null
}

variable "key" {
  description = "OCID of the key in OCI Vault that images are signed with."
  type        = string
  default     = null
}
