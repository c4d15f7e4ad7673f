import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { namesUsed, readAction, readWorkflow, root } from './workflow-file.ts'
import type { Entries, Job, Step, Workflow } from './workflow-file.ts'

const reusable = [
  await readWorkflow('.github/workflows/build.yml'),
  await readWorkflow('.github/workflows/plan.yml'),
  await readWorkflow('.github/workflows/deploy.yml'),
]
const own = [...reusable, await readWorkflow('.github/workflows/ci.yml')]
const callers = [
  await readWorkflow('examples/hello/.github/workflows/deliver.yml'),
  await readWorkflow('examples/hello/.github/workflows/plan.yml'),
  await readWorkflow('test/demo/commits/crash-loop/.github/workflows/deliver.yml'),
]

const sibling = /^\$\/actions\/([a-z-]+)$/
const called = /^oke-pipeline\/oke-pipeline\/(\.github\/workflows\/[a-z]+\.yml)@v1$/

function stepsOf({ data }: Workflow): readonly Step[] {
  return Object.values(data.jobs).flatMap(({ steps }) => steps)
}

function namesOf(entries: Entries): readonly string[] {
  return Object.keys(entries).sort()
}

function requiredOf(entries: Entries): readonly string[] {
  return namesOf(entries).filter((name) => entries[name]?.required === true)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The own action that a step of a job uses. */
function actionOf({ uses = '' }: Step): string | undefined {
  return sibling.exec(uses)?.[1]
}

describe.each(own)('$path', (workflow) => {
  it('grants nothing by default, and each job what it needs', () => {
    expect(workflow.data.permissions).toEqual({})
    for (const job of Object.values(workflow.data.jobs)) expect(job.permissions).toBeDefined()
  })

  it('says why each permission is needed', () => {
    const granted = workflow.text.match(/^ +[a-z-]+: (read|write)\b.*$/gm) ?? []
    for (const line of granted) expect(line).toMatch(/# \w/)
  })

  it('limits the time of every job', () => {
    for (const job of Object.values(workflow.data.jobs)) {
      expect(job['timeout-minutes']).toBeDefined()
    }
  })

  it('pins actions of others to a commit, with the version beside it', () => {
    const lines = workflow.text.match(/uses: .*$/gm) ?? []
    for (const line of lines.filter((text) => !text.includes('$/'))) {
      expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    }
  })

  it('leaves no credentials behind after checking out', () => {
    for (const step of stepsOf(workflow).filter(({ uses }) => uses?.includes('/checkout@'))) {
      expect(step.with['persist-credentials']).toBe(false)
    }
  })

  it('puts no expression into a script', () => {
    for (const { run } of stepsOf(workflow)) expect(run ?? '').not.toContain('${{')
  })
})

describe.each(reusable)('$path', (workflow) => {
  const { workflow_call: call } = workflow.data.on
  const jobs: readonly Job[] = Object.values(workflow.data.jobs)

  it('describes everything that it takes and gives', () => {
    const { inputs = {}, secrets = {}, outputs = {} } = call ?? {}
    for (const entry of [inputs, secrets, outputs].flatMap((entries) => Object.values(entries))) {
      expect(entry.description).toMatch(/\.$/)
    }
  })

  it('is described in the README in the same words', async () => {
    const readme = await readFile(join(root, '.github/workflows/README.md'), 'utf8')
    const { inputs = {}, secrets = {}, outputs = {} } = call ?? {}
    for (const entries of [inputs, secrets, outputs]) {
      for (const [name, { description = '' }] of Object.entries(entries)) {
        expect(readme).toMatch(
          new RegExp(`^\\| \`${name}\` .*\\| ${escaped(description)} +\\|$`, 'm'),
        )
      }
    }
  })

  it('uses all inputs and secrets that it declares, and no others', () => {
    expect([...namesUsed(workflow.text, 'inputs')].sort()).toEqual(namesOf(call?.inputs ?? {}))
    expect([...namesUsed(workflow.text, 'secrets')].sort()).toEqual(namesOf(call?.secrets ?? {}))
  })

  it('gives outputs that its jobs have', () => {
    for (const { value = '' } of Object.values(call?.outputs ?? {})) {
      const given = Object.entries(workflow.data.jobs).flatMap(([id, job]) =>
        Object.keys(job.outputs).map((output) => `\${{ jobs.${id}.outputs.${output} }}`),
      )
      expect(given).toContain(value)
    }
  })

  it('gives each action only inputs that it has, and all that it requires', async () => {
    for (const step of stepsOf(workflow)) {
      const name = actionOf(step)
      if (name === undefined) continue
      const { inputs } = await readAction(name)
      const given = Object.keys(step.with)
      expect({ name, unknown: given.filter((input) => !(input in inputs)) }).toEqual({
        name,
        unknown: [],
      })
      expect({ name, given }).toEqual({
        name,
        given: expect.arrayContaining([...requiredOf(inputs)]),
      })
    }
  })

  it('reads only outputs that its steps have', async () => {
    for (const job of jobs) {
      const text = JSON.stringify(job)
      for (const id of namesUsed(text, 'steps')) {
        const step = job.steps.find((candidate) => candidate.id === id)
        if (step === undefined) throw new Error(`There is no step ${id}.`)
        const { outputs } = await readAction(actionOf(step) ?? id)
        expect(namesOf(outputs)).toEqual(
          expect.arrayContaining([...namesUsed(text, `steps.${id}.outputs`)]),
        )
      }
    }
  })
})

it('deploy.yml shows at the environment where people reach the release', async () => {
  const { text } = await readWorkflow('.github/workflows/deploy.yml')
  expect(text).toMatch(
    /environment:\n +name: \$\{\{ inputs\.environment \}\}\n +url: \$\{\{ steps\.deploy\.outputs\.url \}\}/,
  )
})

it.each([
  { path: 'build.yml', input: 'environment' },
  { path: 'plan.yml', input: 'settings-of' },
])('$path runs in the environment that "$input" names, without a deployment', async (one) => {
  const { text, data } = await readWorkflow(`.github/workflows/${one.path}`)
  const given = data.on.workflow_call?.inputs[one.input]
  expect(given).toMatchObject({ required: false, default: '' })
  const named = `    environment:\n      name: \${{ inputs.${one.input} }}\n      deployment: false\n`
  expect(text).toContain(named)
})

describe.each(callers)('$path', (workflow) => {
  const jobs = Object.entries(workflow.data.jobs)

  it('gives each reusable workflow only what it takes, and all that it requires', async () => {
    for (const [, job] of jobs) {
      const { inputs, secrets } = await interfaceOf(job)
      expect(namesOf(inputs)).toEqual(expect.arrayContaining(Object.keys(job.with)))
      expect(Object.keys(job.with)).toEqual(expect.arrayContaining([...requiredOf(inputs)]))
      expect(namesOf(secrets)).toEqual(expect.arrayContaining(Object.keys(job.secrets)))
    }
  })

  it('reads only outputs of jobs that it waits for', async () => {
    for (const [, job] of jobs) {
      const text = JSON.stringify(job.with)
      for (const id of namesUsed(text, 'needs')) {
        const needed = workflow.data.jobs[id]
        expect([job.needs].flat()).toContain(id)
        if (needed === undefined) throw new Error(`There is no job ${id}.`)
        expect(namesOf((await interfaceOf(needed)).outputs)).toEqual(
          expect.arrayContaining([...namesUsed(text, `needs.${id}.outputs`)]),
        )
      }
    }
  })

  it('grants what the reusable workflow needs', async () => {
    for (const [, job] of jobs) {
      const { jobs: inner } = (await readWorkflow(pathOf(job))).data
      for (const { permissions = {} } of Object.values(inner)) {
        expect(job.permissions).toMatchObject(permissions)
      }
    }
  })
})

function pathOf({ uses = '' }: Job): string {
  const path = called.exec(uses)?.[1]
  if (path === undefined) throw new Error(`"${uses}" is none of the reusable workflows.`)
  return path
}

async function interfaceOf(
  job: Job,
): Promise<{ readonly inputs: Entries; readonly secrets: Entries; readonly outputs: Entries }> {
  const { data, path } = await readWorkflow(pathOf(job))
  if (data.on.workflow_call === undefined) throw new Error(`${path} cannot be called.`)
  return data.on.workflow_call
}
