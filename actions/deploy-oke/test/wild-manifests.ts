/** A release as it is met in the wild: two versions of it, and what becomes of its objects. */
export interface WildRelease {
  readonly name: string
  /** By path, with `HOME` for a name that is of this world alone. */
  readonly first: Readonly<Record<string, string>>
  /** What the next version has different; null for a file that is gone. */
  readonly second: Readonly<Record<string, string | null>>
  /** Inputs other than one folder of manifests. */
  readonly inputs?: Readonly<Record<string, string>>
  /** Objects that are there after the first version. */
  readonly made: readonly string[]
  /** Those of them that the second version deletes. */
  readonly pruned: readonly string[]
}

function pod(name: string, more = ''): string {
  return `metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: main
          image: hello
          readinessProbe: { exec: { command: [/bin/busybox, 'true'] }, periodSeconds: 1 }
${more}`
}

function workload(
  kind: string,
  name: string,
  options: { spec?: string; pod?: string } = {},
): string {
  return `apiVersion: apps/v1
kind: ${kind}
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  selector: { matchLabels: { app: ${name} } }
${options.spec ?? ''}
  template:
    ${pod(name, options.pod)}
`
}

function service(name: string, more = ''): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { ${more} selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`
}

function simple(kind: string, name: string, rest = ''): string {
  return `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n${rest}`
}

const rbac = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ingress }
rules: [{ apiGroups: [''], resources: [endpoints], verbs: [get, list, watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ingress }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ingress }
subjects: [{ kind: ServiceAccount, name: ingress }]
`

const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ingress, annotations: { oke-pipeline.dev/wait: none } }
spec:
  ingressClassName: nginx
  rules:
    - host: HOME.example.com
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: ingress, port: { name: http } } } }
`

const claim = `apiVersion: v1
kind: PersistentVolume
metadata: { name: HOME-data }
spec:
  capacity: { storage: 1Mi }
  accessModes: [ReadWriteOnce]
  storageClassName: HOME
  hostPath: { path: FOLDER/data, type: DirectoryOrCreate }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: postgres-data }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: HOME
  volumeName: HOME-data
  resources: { requests: { storage: 1Mi } }
`

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: caches.HOME.example.com }
spec:
  group: HOME.example.com
  names: { kind: Cache, plural: caches, singular: cache }
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
`

function cache(name: string): string {
  return `apiVersion: HOME.example.com/v1
kind: Cache
metadata: { name: ${name} }
spec: { image: hello, size: 1 }
`
}

function cronJob(schedule: string): string {
  return `apiVersion: batch/v1
kind: CronJob
metadata: { name: report }
spec:
  schedule: "${schedule}"
  jobTemplate:
    spec:
      template:
        spec:
          serviceAccountName: default
          restartPolicy: Never
          containers: [{ name: report, image: hello, command: [/bin/busybox, 'true'] }]
`
}

function job(name: string, argument: string): string {
  return `apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: migrate, image: hello, command: [/bin/busybox, echo, ${argument}] }]
`
}

const scaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: podinfo }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: podinfo }
  minReplicas: 1
  maxReplicas: 2
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 99 } } }
`

const policies = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: api }
spec: { podSelector: { matchLabels: { app: api } }, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: {} }] }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: api }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: api } } }
`

/** Small releases of the kinds that most clusters run. */
export const wildReleases: readonly WildRelease[] = [
  {
    name: 'a web application that scales by itself',
    first: {
      'app.yaml': `${workload('Deployment', 'podinfo')}---\n${service('podinfo')}`,
      'hpa.yaml': scaler,
    },
    second: { 'hpa.yaml': null },
    made: ['deployment/podinfo', 'service/podinfo', 'hpa/podinfo'],
    pruned: ['hpa/podinfo'],
  },
  {
    name: 'an ingress controller with its rights',
    first: {
      'a-rbac.yaml': `${simple('ServiceAccount', 'ingress')}---\n${rbac}`,
      'b-config.yaml': simple('ConfigMap', 'ingress', 'data: { proxy-body-size: 8m }\n'),
      'c-app.yaml': `${workload('Deployment', 'ingress', { pod: '      serviceAccountName: ingress' })}---\n${service('ingress')}`,
      'd-ingress.yaml': ingress,
    },
    second: {
      'b-config.yaml': simple('ConfigMap', 'ingress', 'data: { proxy-body-size: 9m }\n'),
      'd-ingress.yaml': null,
    },
    made: ['role/ingress', 'rolebinding/ingress', 'ingress/ingress', 'deployment/ingress'],
    pruned: ['ingress/ingress'],
  },
  {
    name: 'a database with a volume, which outlives it',
    first: {
      'a-claim.yaml': claim,
      'b-secret.yaml': simple('Secret', 'postgres', 'stringData: { password: correct-horse }\n'),
      'c-postgres.yaml': `${service('postgres', 'clusterIP: None,')}---\n${workload(
        'StatefulSet',
        'postgres',
        {
          spec: '  serviceName: postgres\n  replicas: 1',
          pod: `          envFrom: [{ secretRef: { name: postgres } }]
          volumeMounts: [{ name: data, mountPath: /data }]
      volumes: [{ name: data, persistentVolumeClaim: { claimName: postgres-data } }]`,
        },
      )}`,
    },
    second: { 'a-claim.yaml': null, 'c-postgres.yaml': workload('Deployment', 'after') },
    made: ['statefulset/postgres', 'pvc/postgres-data', 'secret/postgres', 'service/postgres'],
    pruned: ['statefulset/postgres', 'service/postgres'],
  },
  {
    name: 'a report by the clock',
    first: {
      'report.yaml': cronJob('0 0 1 1 *'),
      'account.yaml': simple('ServiceAccount', 'report'),
    },
    second: { 'report.yaml': cronJob('0 1 1 1 *'), 'account.yaml': null },
    made: ['cronjob/report', 'serviceaccount/report'],
    pruned: ['serviceaccount/report'],
  },
  {
    name: 'an operator with its definition and an object of it',
    first: {
      'a-crd.yaml': definition,
      'b-operator.yaml': workload('Deployment', 'operator'),
      'c-cache.yaml': cache('kept'),
      'd-cache.yaml': cache('dropped'),
    },
    second: { 'd-cache.yaml': null },
    inputs: { 'image-paths': 'Cache:spec.image' },
    made: [
      'deployment/operator',
      'caches.HOME.example.com/kept',
      'caches.HOME.example.com/dropped',
    ],
    pruned: ['caches.HOME.example.com/dropped'],
  },
  {
    name: 'an agent on every node',
    first: {
      'agent.yaml': workload('DaemonSet', 'agent', {
        pod: `          volumeMounts: [{ name: host, mountPath: /host, readOnly: true }]
      tolerations: [{ operator: Exists }]
      volumes: [{ name: host, hostPath: { path: /proc } }]`,
      }),
      'settings.yaml': simple('ConfigMap', 'agent', 'data: { level: info }\n'),
    },
    second: { 'settings.yaml': null },
    made: ['daemonset/agent', 'configmap/agent'],
    pruned: ['configmap/agent'],
  },
  {
    name: 'a migration before an application',
    first: { 'job.yaml': job('migrate', 'one'), 'app.yaml': workload('Deployment', 'migrated') },
    second: { 'job.yaml': job('migrate', 'two') },
    made: ['job/migrate', 'deployment/migrated'],
    pruned: [],
  },
  {
    name: 'an interface with its network policy and disruption budget',
    first: {
      'api.yaml': `${workload('Deployment', 'api', { spec: '  replicas: 2' })}---\n${service('api')}`,
      'policies.yaml': policies,
    },
    second: { 'policies.yaml': null },
    made: ['deployment/api', 'networkpolicy/api', 'pdb/api'],
    pruned: ['networkpolicy/api', 'pdb/api'],
  },
  {
    name: 'several containers that share a volume, after two that prepare it',
    first: {
      'app.yaml': workload('Deployment', 'several', {
        pod: `          volumeMounts: [{ name: shared, mountPath: /shared }]
        - { name: side, image: hello, volumeMounts: [{ name: shared, mountPath: /shared }] }
      initContainers:
        - { name: fetch, image: hello, command: [/bin/busybox, touch, /shared/a], volumeMounts: [{ name: shared, mountPath: /shared }] }
        - { name: check, image: hello, command: [/bin/busybox, 'true'] }
      volumes: [{ name: shared, emptyDir: {} }]`,
      }),
      'extra.yaml': service('several'),
    },
    second: { 'extra.yaml': null },
    made: ['deployment/several', 'service/several'],
    pruned: ['service/several'],
  },
  {
    name: 'a kustomization with generated names',
    first: {
      'app.yaml': workload('Deployment', 'custom', {
        pod: '          envFrom: [{ configMapRef: { name: settings } }]',
      }),
      'more.yaml': service('custom'),
      'kustomization.yaml':
        'resources: [app.yaml, more.yaml]\nnamePrefix: k-\nconfigMapGenerator: [{ name: settings, literals: [A=1] }]\n',
    },
    second: {
      'kustomization.yaml':
        'resources: [app.yaml]\nnamePrefix: k-\nconfigMapGenerator: [{ name: settings, literals: [A=2] }]\n',
    },
    made: ['deployment/k-custom', 'service/k-custom'],
    pruned: ['service/k-custom'],
  },
  {
    name: 'a chart with a part that can be switched off',
    first: {
      'chart/Chart.yaml': 'apiVersion: v2\nname: charted\nversion: 0.1.0\n',
      'chart/values.yaml': 'image: ""\nmonitored: true\n',
      'chart/templates/app.yaml': workload('Deployment', 'charted').replace(
        'image: hello',
        'image: {{ required "image" .Values.image | quote }}',
      ),
      'chart/templates/monitor.yaml': `{{- if .Values.monitored }}\n${service('charted')}{{- end }}\n`,
    },
    second: { 'chart/values.yaml': 'image: ""\nmonitored: false\n' },
    inputs: { manifests: '', chart: 'FILES/chart', 'image-value': 'image' },
    made: ['deployment/charted', 'service/charted'],
    pruned: ['service/charted'],
  },
  {
    name: 'a cluster of members that start one after the other',
    first: {
      'members.yaml': `${service('member', 'clusterIP: None,')}---\n${workload(
        'StatefulSet',
        'member',
        { spec: '  serviceName: member\n  replicas: 2' },
      )}`,
      'quota.yaml': simple('LimitRange', 'member', 'spec: { limits: [{ type: Container }] }\n'),
    },
    second: { 'quota.yaml': null },
    made: ['statefulset/member', 'limitrange/member'],
    pruned: ['limitrange/member'],
  },
]
