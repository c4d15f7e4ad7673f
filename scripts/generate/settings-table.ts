import { EnvironmentsFile } from '@oke-pipeline/delivery'
import { toJsonSchema } from '@valibot/to-json-schema'
import * as valibot from 'valibot'
import { between, markdownTable } from './readme-tables.ts'

/** The page that describes the environments file. */
export const environmentsGuide = 'docs/guides/environments.md'

const Property = valibot.object({
  type: valibot.optional(valibot.string()),
  enum: valibot.optional(valibot.array(valibot.string())),
  description: valibot.string(),
})

const FileSchema = valibot.object({
  properties: valibot.object({
    environments: valibot.object({
      items: valibot.object({
        properties: valibot.record(valibot.string(), Property),
        required: valibot.array(valibot.string()),
      }),
    }),
  }),
})

/** The guide with the table of what an environment may say, as its JSON Schema has it. */
export function withSettings(text: string): string {
  const { properties } = valibot.parse(
    FileSchema,
    toJsonSchema(EnvironmentsFile, { typeMode: 'input', ignoreActions: ['check'] }),
  )
  const { items } = properties.environments
  const rows = Object.entries(items.properties).map(([name, property]) => [
    `\`${name}\`${items.required.includes(name) ? ' (required)' : ''}`,
    valueOf(property),
    property.description,
  ])
  return between(text, 'settings', markdownTable([['Setting', 'Value', 'What it is'], ...rows]))
}

const values: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  integer: 'number',
  number: 'number',
  array: 'list',
  object: 'mapping',
}

function valueOf({ type = '', enum: words }: valibot.InferOutput<typeof Property>): string {
  return words?.map((word) => `\`${word}\``).join(', ') ?? values[type] ?? ''
}
