# Made by "npm run generate" from packages/oci/src/permissions/permission.ts.
locals {
  statements = {
    "pull" = concat(
      [for repository in var.repositories : "Allow ${local.subject} to read repos in compartment id ${var.compartment} where target.repo.name='${repository}'"],
    )
    "push" = concat(
      [for repository in var.repositories : "Allow ${local.subject} to {REPOSITORY_INSPECT, REPOSITORY_READ, REPOSITORY_UPDATE} in compartment id ${var.compartment} where target.repo.name='${repository}'"],
    )
    "create" = concat(
      ["Allow ${local.subject} to {REPOSITORY_INSPECT, REPOSITORY_CREATE} in compartment id ${var.compartment}"],
    )
    "deploy" = concat(
      var.cluster == null ? [] : ["Allow ${local.subject} to use clusters in compartment id ${var.compartment} where target.cluster.id='${var.cluster}'"],
    )
    "scan" = concat(
      ["Allow ${local.subject} to read vss-family in compartment id ${var.compartment}"],
    )
    "scan-target" = concat(
      ["Allow ${local.subject} to {VSS_CONTAINERSCANTARGET_INSPECT, VSS_CONTAINERSCANTARGET_READ, VSS_CONTAINERSCANTARGET_CREATE, VSS_CONTAINERSCANTARGET_UPDATE, VSS_CONTAINERSCANRECIPE_INSPECT, VSS_CONTAINERSCANRECIPE_READ, VSS_CONTAINERSCANRECIPE_CREATE} in compartment id ${var.compartment}"],
      ["Allow service vulnerability-scanning-service to read repos in compartment id ${var.compartment}"],
      ["Allow service vulnerability-scanning-service to read compartments in compartment id ${var.compartment}"],
    )
    "sign" = concat(
      var.key == null ? [] : ["Allow ${local.subject} to use keys in compartment id ${var.compartment} where target.key.id='${var.key}'"],
      [for repository in var.repositories : "Allow ${local.subject} to manage repos in compartment id ${var.compartment} where target.repo.name='${repository}'"],
    )
  }
}
