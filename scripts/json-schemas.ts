import { EnvironmentsFile } from '@oke-pipeline/delivery'
import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'

/** The JSON Schemas of the files that users write, made from what validates them: text by path. */
export async function jsonSchemas(): Promise<Readonly<Record<string, string>>> {
  const path = 'schema/environments.schema.json'
  const options = await resolveConfig(path)
  const text = JSON.stringify(toJsonSchema(EnvironmentsFile))
  return { [path]: await format(text, { ...options, parser: 'json' }) }
}
