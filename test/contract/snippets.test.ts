import { describe, expect, it } from '@jest/globals'
import { readSnippets, usesIn } from './snippets.ts'
import type { Use } from './snippets.ts'
import { namesUsed, readAction, readWorkflow } from './workflow-file.ts'
import type { Entries } from './workflow-file.ts'

interface Interface {
  readonly inputs: Entries
  readonly outputs: Entries
  readonly secrets: Entries
  readonly permissions: readonly (Readonly<Record<string, string>> | undefined)[]
}

async function interfaceOf({ path }: Use): Promise<Interface> {
  const [, action] = /^actions\/(.+)$/.exec(path) ?? []
  if (action !== undefined) {
    return { ...(await readAction(action)), secrets: {}, permissions: [] }
  }
  const { data } = await readWorkflow(path)
  if (data.on.workflow_call === undefined) throw new Error(`${path} cannot be called.`)
  return {
    ...data.on.workflow_call,
    permissions: Object.values(data.jobs).map(({ permissions }) => permissions),
  }
}

const snippets = (await readSnippets()).map((snippet) => ({
  ...snippet,
  name: `${snippet.page}:${snippet.line}`,
  uses: usesIn(snippet.data),
}))
const documented = snippets.filter(({ uses }) => uses.length > 0)

it('finds the snippets of the READMEs', () => {
  const pages = new Set(documented.map(({ page }) => page))
  expect([...pages]).toEqual(
    expect.arrayContaining([
      'README.md',
      'actions/oci-auth/README.md',
      'actions/push-ocir/README.md',
    ]),
  )
})

describe.each(documented)('the snippet $name', ({ data, uses }) => {
  it('gives only inputs and secrets that there are, and reads only such outputs', async () => {
    for (const use of uses) {
      const { inputs, secrets, outputs } = await interfaceOf(use)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(use.inputs)))
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining(Object.keys(use.secrets)))
      const read = namesUsed(JSON.stringify(data), `steps.${use.id ?? '-'}.outputs`)
      expect(Object.keys(outputs)).toEqual(expect.arrayContaining([...read]))
    }
  })

  it('grants what a reusable workflow needs', async () => {
    for (const use of uses) {
      const { permissions } = await interfaceOf(use)
      for (const needed of permissions) expect(use.permissions).toMatchObject(needed ?? {})
    }
  })
})
