import { describe, expect, it } from '@jest/globals'
import { ConfigurationError } from '@oke-pipeline/core'
import { withMetadata } from '../../src/object.ts'
import { isEmptyPlan, planDocument, planHash } from '../../src/plan/plan-document.ts'
import { planDrift } from '../../src/plan/plan-drift.ts'
import { formatPlan, parsePlan } from '../../src/plan/plan-file.ts'
import { diffLines } from '../../src/plan/plan-lines.ts'
import { configMap, previewed, samplePlan, secretWith } from './sample-plan.ts'

const objectOf = (...given: Parameters<typeof previewed>) => {
  const [object] = planDocument(samplePlan([previewed(...given)])).objects
  if (object === undefined) throw new Error('The plan has no object')
  return object
}

describe('the plan of an object', () => {
  it('that changes has the fields that do', () => {
    const live = withMetadata(configMap('red'), {
      uid: '1',
      resourceVersion: '7',
      managedFields: [],
    })
    const object = objectOf('changed', configMap('blue'), { ...live, status: { seen: 1 } })
    expect(object).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'settings',
      namespace: 'dev',
      change: 'changed',
      file: 'k8s/app.yml',
      fields: [{ path: 'data.colour', before: 'red', after: 'blue' }],
      conflicts: [],
      takenOverFrom: [],
      immutableFields: [],
      isUnchecked: false,
    })
    expect(diffLines(object)).toEqual(['- data.colour: red', '+ data.colour: blue'])
  })

  it('that is created has all of it', () => {
    const object = objectOf('created', configMap('red'))
    expect(object.fields).toEqual([{ path: '', after: configMap('red') }])
    expect(diffLines(object)).toContain('+   colour: red')
  })

  it('that is replaced has what the manifest sets, and not what the server added', () => {
    const live = { ...configMap('red'), immutable: true }
    const object = objectOf('replaced', configMap('blue'), live)
    expect(object.fields).toEqual([{ path: 'data.colour', before: 'red', after: 'blue' }])
  })

  it('that stays has nothing', () => {
    const object = objectOf('unchanged', configMap('red'), configMap('red'))
    expect(object.fields).toEqual([])
    expect(diffLines(object)).toEqual([])
  })

  it('shows what is nested as YAML', () => {
    const live = { ...configMap('red'), data: undefined }
    const object = objectOf('changed', configMap('red'), live)
    expect(diffLines(object)).toEqual(['+ data:', '+   colour: red'])
  })

  it('shows texts of several lines as YAML', () => {
    const live = { ...configMap('red'), data: {} }
    const object = objectOf('changed', { ...configMap('red'), data: { a: 'x\ny' } }, live)
    expect(diffLines(object)).toEqual(['+ data.a: |-', '+   x', '+   y'])
  })
})

describe('the plan of a Secret', () => {
  const password = 'correct-horse'
  const encoded = Buffer.from(password).toString('base64')

  it.each([
    { title: 'created', live: undefined },
    { title: 'changed', live: secretWith({ password: 'old-battery' }, '7') },
    { title: 'changed', live: { ...secretWith({}, '7'), data: undefined } },
  ] as const)('that is $title holds no value', ({ title, live }) => {
    const object = objectOf(title, secretWith({ password }), live)
    const text = JSON.stringify(object)
    for (const value of [password, encoded, Buffer.from('old-battery').toString('base64')]) {
      expect(text).not.toContain(value)
    }
    expect(text).toContain('(hidden)')
    expect(text).toContain('password')
  })

  it('does not hold what kubectl keeps of it in an annotation', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': `{"a":"${encoded}"}` }
    const live = withMetadata(secretWith({ password: 'a' }, '7'), { annotations })
    const object = objectOf('changed', secretWith({ password: 'b' }), live)
    expect(object.fields).toEqual([
      { path: 'data.password', before: '(hidden)', after: '(hidden)' },
    ])
  })

  it('is another one when somebody has changed the Secret in between', () => {
    const [one, other] = ['7', '8'].map((version) =>
      planDocument(
        samplePlan([
          previewed('changed', secretWith({ password }), secretWith({ password: 'x' }, version)),
        ]),
      ),
    )
    if (one === undefined || other === undefined) throw new Error('No plans')
    expect(planHash(one)).not.toBe(planHash(other))
    expect(planDrift(one, other)).toEqual(['Secret/login: its values changed since the plan'])
  })
})

describe('a plan', () => {
  const changed = previewed('changed', configMap('blue'), configMap('red'))
  const plan = planDocument(samplePlan([changed]))

  it('comes back from its file with the same hash', () => {
    const read = parsePlan(formatPlan(plan), 'plan.json')
    expect(read).toEqual(plan)
    expect(planHash(read)).toBe(planHash(plan))
    expect(planHash(plan)).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it.each(['', '{', '[]', 'null', '{"schema":"oke-pipeline/plan/v2"}'])(
    'is not read from %j',
    (text) => {
      expect(() => parsePlan(text, 'plan.json')).toThrow(ConfigurationError)
    },
  )

  it('has the warnings of the server, which do not make it another one', () => {
    const manifest = { object: configMap('red'), place: { file: 'k8s/app.yml', line: 7 } }
    const quiet = planDocument(samplePlan([previewed('created', configMap('red'))]))
    const warned = planDocument(
      samplePlan([previewed('created', configMap('red'))], {
        warnings: [{ manifest, message: 'v1 ConfigMap is deprecated' }],
      }),
    )
    expect(warned.warnings).toMatchObject([
      { kind: 'ConfigMap', name: 'settings', file: 'k8s/app.yml', line: 7 },
    ])
    expect(planHash(warned)).toBe(planHash(quiet))
    expect(parsePlan(formatPlan(warned), 'plan.json')).toEqual(warned)
  })

  it('is empty only where nothing changes and nothing goes', () => {
    const same = previewed('unchanged', configMap('red'), configMap('red'))
    const settings = { apiVersion: 'v1', kind: 'ConfigMap', name: 'old', namespace: 'dev' }
    expect(isEmptyPlan(planDocument(samplePlan([same])))).toBe(true)
    expect(isEmptyPlan(plan)).toBe(false)
    const deleting = samplePlan([same], { leftovers: [settings] })
    expect(isEmptyPlan(planDocument(deleting))).toBe(false)
  })

  it('says which pull secret is written, and which workloads name it', () => {
    const secret = { name: 'pull', registry: 'r.example.com', isThere: false }
    const pod = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'dev' },
      spec: { imagePullSecrets: [{ name }] },
    })
    const objects = [previewed('created', pod('pull')), previewed('created', pod('other'))]
    const made = planDocument(samplePlan(objects), secret)
    expect(made.pullSecret).toEqual({
      name: 'pull',
      registry: 'r.example.com',
      change: 'created',
      namedIn: [{ apiVersion: 'v1', kind: 'Pod', name: 'pull', namespace: 'dev' }],
    })
    expect(parsePlan(formatPlan(made), 'plan.json')).toEqual(made)
    const renewed = planDocument(samplePlan(objects), { ...secret, isThere: true })
    expect(renewed.pullSecret?.change).toBe('renewed')
    expect(planHash(renewed)).toBe(planHash(made))
    expect(planHash(planDocument(samplePlan(objects)))).not.toBe(planHash(made))
  })

  it('is not empty where a pull secret has to be made', () => {
    const same = previewed('unchanged', configMap('red'), configMap('red'))
    const secret = { name: 'pull', registry: 'r.example.com' }
    const plans = [true, false].map((isThere) =>
      planDocument(samplePlan([same]), { ...secret, isThere }),
    )
    expect(plans.map(isEmptyPlan)).toEqual([true, false])
  })

  it('does not depend on the number that the release will get', () => {
    const later = planDocument(samplePlan([changed], { revision: 9 }))
    expect(planHash(later)).toBe(planHash(plan))
  })
})

describe('planDrift', () => {
  const red = previewed('changed', configMap('blue'), configMap('red'))
  const planOf = (...given: Parameters<typeof samplePlan>) => planDocument(samplePlan(...given))

  it('finds nothing between equal plans', () => {
    expect(planDrift(planOf([red]), planOf([red]))).toEqual([])
  })

  it.each([
    {
      title: 'another change of a field',
      now: planOf([previewed('changed', configMap('blue'), configMap('green'))]),
      found: ['ConfigMap/settings: data.colour is not as in the plan'],
    },
    {
      title: 'another change of an object',
      now: planOf([previewed('created', configMap('blue'))]),
      found: ['ConfigMap/settings was to be changed, and is to be created'],
    },
    {
      title: 'objects that come and go',
      now: planOf([previewed('created', configMap('x', 'other'))]),
      found: ['ConfigMap/settings is no longer in the plan', 'ConfigMap/other is new in the plan'],
    },
    {
      title: 'objects to be deleted',
      now: planOf([red], {
        leftovers: [{ apiVersion: 'v1', kind: 'Service', name: 'old', namespace: 'dev' }],
      }),
      found: ['Service/old is new in the plan, to be deleted'],
    },
    {
      title: 'another hook',
      now: planOf([red], { hooks: [configMap('x', 'migrate')] }),
      found: ['ConfigMap/migrate is new in the plan, a hook'],
    },
    {
      title: 'somebody else who made an object',
      now: planOf([{ ...red, formerManagers: ['helm'] }]),
      found: ['ConfigMap/settings: who made it changed since the plan'],
    },
    {
      title: 'a conflict',
      now: planOf([
        {
          ...red,
          conflicts: [{ field: '.data.colour', manager: 'kubectl', subresource: undefined }],
        },
      ]),
      found: ['ConfigMap/settings: who owns its fields changed since the plan'],
    },
  ])('finds $title', ({ now, found }) => {
    expect(planDrift(planOf([red]), now)).toEqual(found)
  })

  it('finds another pull secret', () => {
    const secret = { name: 'pull', registry: 'r.example.com', isThere: true }
    const approved = planDocument(samplePlan([red]), secret)
    expect(
      planDrift(approved, planDocument(samplePlan([red]), { ...secret, isThere: false })),
    ).toEqual([])
    expect(
      planDrift(approved, planDocument(samplePlan([red]), { ...secret, name: 'other' })),
    ).toEqual(['The pull secret was "pull" for r.example.com, and is "other" for r.example.com'])
    expect(planDrift(approved, planOf([red]))).toEqual([
      'The pull secret was "pull" for r.example.com, and is none',
    ])
  })

  it('finds another image and another release in force', () => {
    const approved = planOf([red])
    const image = { ...approved.image, digest: `sha256:${'b'.repeat(64)}` }
    const base = { revision: 4, digest: approved.image.digest }
    expect(planDrift(approved, { ...approved, image, base })).toEqual([
      expect.stringMatching(/^The image was r\/hello@sha256:a+, and is r\/hello@sha256:b+$/),
      expect.stringMatching(/^The release in force was none, and is revision 4 \(sha256:a+\)$/),
    ])
  })
})
