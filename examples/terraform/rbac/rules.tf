# Made by "npm run generate" from packages/kubernetes/src/access/needed-rules.ts.
locals {
  rules = [
    # The objects of the release. Secrets also hold the release history.
    {
      api_groups = [""]
      resources  = ["secrets", "configmaps", "services", "serviceaccounts", "persistentvolumeclaims"]
      verbs      = ["get", "list", "watch", "create", "patch", "delete"]
    },
    # Workloads.
    {
      api_groups = ["apps"]
      resources  = ["deployments", "statefulsets", "daemonsets"]
      verbs      = ["get", "list", "watch", "create", "patch", "delete"]
    },
    # Jobs.
    {
      api_groups = ["batch"]
      resources  = ["jobs", "cronjobs"]
      verbs      = ["get", "list", "watch", "create", "patch", "delete"]
    },
    # How the workloads are reached.
    {
      api_groups = ["networking.k8s.io"]
      resources  = ["ingresses", "networkpolicies"]
      verbs      = ["get", "list", "watch", "create", "patch", "delete"]
    },
    # How the workloads are scaled.
    {
      api_groups = ["autoscaling"]
      resources  = ["horizontalpodautoscalers"]
      verbs      = ["get", "list", "watch", "create", "patch", "delete"]
    },
    # How the workloads may be disrupted.
    {
      api_groups = ["policy"]
      resources  = ["poddisruptionbudgets"]
      verbs      = ["get", "list", "watch", "create", "patch", "delete"]
    },
    # The lock: one run at a time deploys a release.
    {
      api_groups = ["coordination.k8s.io"]
      resources  = ["leases"]
      verbs      = ["get", "create", "update"]
    },
    # To see what runs, and why it does not. Broken pods of a StatefulSet block its update until they are deleted. Created are pods in dry runs only, to ask Pod Security; without it, it does not ask.
    {
      api_groups = [""]
      resources  = ["pods"]
      verbs      = ["get", "list", "watch", "create", "delete"]
    },
    # What the cluster says of what does not run.
    {
      api_groups = [""]
      resources  = ["events"]
      verbs      = ["list", "watch"]
    },
    # The last lines of a container that failed.
    {
      api_groups = [""]
      resources  = ["pods/log"]
      verbs      = ["get"]
    },
    # Which pods belong to which revision.
    {
      api_groups = ["apps"]
      resources  = ["replicasets"]
      verbs      = ["get", "list", "watch"]
    },
    # Whether Services have endpoints; without this rule it does not look.
    {
      api_groups = ["discovery.k8s.io"]
      resources  = ["endpointslices"]
      verbs      = ["list", "watch"]
    },
    # To tell a namespace that does not exist from one that may not be seen.
    {
      api_groups = [""]
      resources  = ["namespaces"]
      verbs      = ["get"]
    },
  ]
}
