import { EnvironmentsFile } from '@oke-pipeline/delivery'
import { ImagePolicyFile } from '@oke-pipeline/image'
import { GatePolicyFile, WaiversText } from '@oke-pipeline/scan'
import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'
import { TestsFile } from '../actions/test-image/lib/suite/schema.js'

const schemas = {
  'schema/environments.schema.json': EnvironmentsFile,
  'schema/gate-policy.schema.json': GatePolicyFile,
  'schema/waivers.schema.json': WaiversText,
  'schema/image-policy.schema.json': ImagePolicyFile,
  'schema/tests.schema.json': TestsFile,
} as const

/** The JSON Schemas of the files that users write, made from what validates them: text by path. */
export async function jsonSchemas(): Promise<Readonly<Record<string, string>>> {
  const texts = Object.entries(schemas).map(async ([path, schema]) => {
    // As it is written, not as it is read; what only a program can check, such as whether a day exists, no JSON Schema says.
    const text = JSON.stringify(
      toJsonSchema(schema, { typeMode: 'input', ignoreActions: ['check'] }),
    )
    const options = await resolveConfig(path)
    return [path, await format(text, { ...options, parser: 'json' })] as const
  })
  return Object.fromEntries(await Promise.all(texts))
}
