import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as valibot from 'valibot'
import { parse } from 'yaml'

/** The root of the repository. */
export const root = resolve(import.meta.dirname, '../..')

const Described = valibot.nullish(
  valibot.record(
    valibot.string(),
    valibot.object({
      description: valibot.optional(valibot.string()),
      required: valibot.optional(valibot.boolean(), false),
      default: valibot.optional(valibot.unknown()),
      value: valibot.optional(valibot.string()),
    }),
  ),
  {},
)

const ActionFile = valibot.object({ inputs: Described, outputs: Described })

const Step = valibot.object({
  id: valibot.optional(valibot.string()),
  uses: valibot.optional(valibot.string()),
  run: valibot.optional(valibot.string()),
  with: valibot.optional(valibot.record(valibot.string(), valibot.unknown()), {}),
})

const Job = valibot.object({
  uses: valibot.optional(valibot.string()),
  needs: valibot.optional(valibot.union([valibot.string(), valibot.array(valibot.string())]), []),
  with: valibot.optional(valibot.record(valibot.string(), valibot.unknown()), {}),
  secrets: valibot.optional(valibot.record(valibot.string(), valibot.string()), {}),
  permissions: valibot.optional(valibot.record(valibot.string(), valibot.string())),
  'timeout-minutes': valibot.optional(valibot.unknown()),
  outputs: valibot.optional(valibot.record(valibot.string(), valibot.string()), {}),
  steps: valibot.optional(valibot.array(Step), []),
})

const WorkflowFile = valibot.object({
  on: valibot.looseObject({
    workflow_call: valibot.optional(
      valibot.object({ inputs: Described, secrets: Described, outputs: Described }),
    ),
  }),
  permissions: valibot.optional(valibot.record(valibot.string(), valibot.string())),
  jobs: valibot.record(valibot.string(), Job),
})

/** What a reusable workflow or an action takes or gives, by name. */
export type Entries = valibot.InferOutput<typeof Described>

/** A step of a workflow, as far as it is checked. */
export type Step = valibot.InferOutput<typeof Step>

/** A job of a workflow, as far as it is checked. */
export type Job = valibot.InferOutput<typeof Job>

/** A workflow as it is written, and as data. */
export interface Workflow {
  readonly path: string
  readonly text: string
  readonly data: valibot.InferOutput<typeof WorkflowFile>
}

/** Reads a workflow of this repository. */
export async function readWorkflow(path: string): Promise<Workflow> {
  const text = await readFile(join(root, path), 'utf8')
  return { path, text, data: valibot.parse(WorkflowFile, parse(text)) }
}

/** Reads what an action of this repository takes and gives. */
export async function readAction(name: string): Promise<valibot.InferOutput<typeof ActionFile>> {
  const text = await readFile(join(root, 'actions', name, 'action.yml'), 'utf8')
  return valibot.parse(ActionFile, parse(text))
}

/** The names that expressions in a text take from a context: `inputs` gives `inputs.image` → image. */
export function namesUsed(text: string, context: string): readonly string[] {
  const escaped = context.replaceAll('.', '\\.')
  const found = text.matchAll(new RegExp(`(?<![\\w.-])${escaped}\\.([\\w-]+)`, 'g'))
  return [...new Set([...found].flatMap(([, name]) => (name === undefined ? [] : [name])))]
}
