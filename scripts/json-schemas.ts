import { EnvironmentsFile } from '@oke-pipeline/delivery'
import { ImagePolicyFile } from '@oke-pipeline/image'
import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'

const schemas = {
  'schema/environments.schema.json': EnvironmentsFile,
  'schema/image-policy.schema.json': ImagePolicyFile,
} as const

/** The JSON Schemas of the files that users write, made from what validates them: text by path. */
export async function jsonSchemas(): Promise<Readonly<Record<string, string>>> {
  const texts = Object.entries(schemas).map(async ([path, schema]) => {
    const text = JSON.stringify(toJsonSchema(schema))
    const options = await resolveConfig(path)
    return [path, await format(text, { ...options, parser: 'json' })] as const
  })
  return Object.fromEntries(await Promise.all(texts))
}
