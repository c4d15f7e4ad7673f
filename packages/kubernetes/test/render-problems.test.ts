import { describe, expect, it } from '@jest/globals'
import { renderProblems } from '../src/helm/render-problems.ts'
import { formatPlace } from '../src/manifest/manifest.ts'

const hint = '\n\nUse --debug flag to render out invalid YAML\n'

// What Helm 4.1.4 and, where it says otherwise, Helm 3 write to standard error.
const cases = [
  {
    name: 'a value that a template requires',
    stderr: `Error: execution error at (app/templates/a.yaml:4:11): who needs a name${hint}`,
    expected: ['charts/app/templates/a.yaml:4:11 refuses the values: who needs a name'],
  },
  {
    name: 'a template that does not parse',
    stderr: `Error: parse error at (app/templates/a.yaml:2): unclosed action started at app/templates/a.yaml:1${hint}`,
    expected: [
      'charts/app/templates/a.yaml:2 is no valid template: unclosed action started at app/templates/a.yaml:1',
    ],
  },
  {
    name: 'a template that renders to no YAML',
    stderr: `Error: YAML parse error on app/templates/a.yaml: error converting YAML to JSON: yaml: line 4: did not find expected key${hint}`,
    expected: [
      'charts/app/templates/a.yaml does not render to YAML: error converting YAML to JSON: yaml: line 4: did not find expected key (line of what it renders to)',
    ],
  },
  {
    name: 'a template that fails, as Helm 4 tells it',
    stderr: `Error: app/templates/a.yaml:1:13\n  executing "app/templates/a.yaml" at <.Values.who.x.y>:\n    nil pointer evaluating interface {}.x${hint}`,
    expected: [
      'charts/app/templates/a.yaml:1:13 fails: executing "app/templates/a.yaml" at <.Values.who.x.y>: nil pointer evaluating interface {}.x',
    ],
  },
  {
    name: 'a template that fails, as Helm 3 tells it',
    stderr: `Error: template: app/templates/a.yaml:1:13: executing "app/templates/a.yaml" at <.Values.who.x.y>: nil pointer evaluating interface {}.x${hint}`,
    expected: [
      'charts/app/templates/a.yaml:1:13 fails: executing "app/templates/a.yaml" at <.Values.who.x.y>: nil pointer evaluating interface {}.x',
    ],
  },
  {
    name: 'dependencies that are not there',
    stderr:
      'Error: an error occurred while checking for chart dependencies. You may need to run `helm dependency build` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: redis, postgresql\n',
    expected: [
      'charts/app lacks the charts that it depends on (redis, postgresql): run "helm dependency build charts/app" in an earlier step',
    ],
  },
  {
    name: 'values against the schema, all of them',
    stderr:
      "Error: values don't meet the specifications of the schema(s) in the following chart(s):\napp:\n- at '': missing property 'who'\n- at '/web/replicaCount': got string, want integer\n\n",
    expected: [
      "charts/app refuses values by its schema: missing property 'who'",
      'charts/app refuses the value "web.replicaCount" by its schema: got string, want integer',
    ],
  },
  {
    name: 'values against the schema, as Helm 3 tells it',
    stderr:
      "Error: values don't meet the specifications of the schema(s) in the following chart(s):\napp:\n- (root): who is required\n- web.replicaCount: Invalid type. Expected: integer, given: string\n\n",
    expected: [
      'charts/app refuses values by its schema: who is required',
      'charts/app refuses the value "web.replicaCount" by its schema: Invalid type. Expected: integer, given: string',
    ],
  },
  {
    name: 'another version of Kubernetes',
    stderr: `Error: chart requires kubeVersion: >=1.40.0 which is incompatible with Kubernetes v1.34.4${hint}`,
    expected: ['charts/app is for Kubernetes >=1.40.0, and the cluster runs v1.34.4'],
  },
  {
    name: 'anything else',
    stderr: 'level=WARN msg=x\nError: validation: chart.metadata.name is required\n',
    expected: [
      'charts/app cannot be rendered by Helm: validation: chart.metadata.name is required',
    ],
  },
]

describe('renderProblems tells', () => {
  it.each(cases)('$name', ({ stderr, expected }) => {
    const fileOf = (template: string): string => `charts/${template}`
    const problems = renderProblems({ chart: 'charts/app', stderr, fileOf })
    expect(problems.map(({ place, problem }) => `${formatPlace(place)} ${problem}`)).toEqual(
      expected,
    )
  })
})
