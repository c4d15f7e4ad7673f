import { parseYaml } from '@oke-pipeline/core'
import type { YamlProblem } from '@oke-pipeline/core'
import { requirementSchema, trustLacking } from '@oke-pipeline/evidence'
import type { TrustInputs } from '@oke-pipeline/evidence'
import * as valibot from 'valibot'
import { EnvironmentsFile } from './schema.ts'
import type { Environments } from './schema.ts'

/**
 * Makes sense of the text of an environments file.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseEnvironments(text: string, file: string): Environments {
  const about = {
    file,
    title: 'Environments file',
    describedBy: 'schema/environments.schema.json',
  }
  const { data } = parseYaml(EnvironmentsFile, text, about, (written) => [
    ...repeatedNames(written),
    ...nothingToDeploy(written),
    ...unverifiable(written),
  ])
  return { file, environments: data.environments, trust: trustOf(data) }
}

const TrustOnly = valibot.object({
  'trusted-root': valibot.optional(valibot.string()),
  'trusted-keys': valibot.optional(valibot.record(valibot.string(), valibot.string())),
})

/** As the inputs of a step have it. */
function trustOf(data: valibot.InferOutput<typeof TrustOnly>): Partial<TrustInputs> {
  const { 'trusted-root': root, 'trusted-keys': keys } = data
  const trusted = Object.entries(keys ?? {}).map(([name, value]) => ({ name, value }))
  return { 'trusted-root': root, 'trusted-keys': trusted }
}

const EvidenceOnly = valibot.object({
  ...TrustOnly.entries,
  environments: valibot.array(
    valibot.fallback(
      valibot.object({ evidence: valibot.optional(valibot.array(requirementSchema)) }),
      {},
    ),
  ),
})

/** A signature that nothing of this file could verify would refuse every image. */
function unverifiable(data: unknown): readonly YamlProblem[] {
  const parsed = valibot.safeParse(EvidenceOnly, data)
  if (!parsed.success) return []
  const trust = trustOf(parsed.output)
  return parsed.output.environments.flatMap(({ evidence = [] }, index) =>
    evidence.flatMap((requirement, position) =>
      trustLacking([requirement], trust).map((text) => ({
        path: ['environments', index, 'evidence', position],
        text,
      })),
    ),
  )
}

const NamesOnly = valibot.object({
  environments: valibot.array(
    valibot.fallback(valibot.object({ name: valibot.string() }), { name: '' }),
  ),
})

/** GitHub takes names that differ in case only for the same environment, and so do we. */
function repeatedNames(data: unknown): readonly YamlProblem[] {
  const parsed = valibot.safeParse(NamesOnly, data)
  if (!parsed.success) return []
  const names = parsed.output.environments.map(({ name }) => name.toLowerCase())
  return names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (name === '' || first === index) return []
    const text = `: the name "${name}" is taken by environments[${first}]`
    return [{ path: ['environments', index, 'name'], text }]
  })
}

const SourcesOnly = valibot.object({
  environments: valibot.array(
    valibot.union([valibot.looseObject({ name: valibot.string() }), valibot.null()]),
  ),
})

/** An environment needs manifests or a chart; the settings of a chart need the chart. */
function nothingToDeploy(data: unknown): readonly YamlProblem[] {
  const parsed = valibot.safeParse(SourcesOnly, data)
  if (!parsed.success) return []
  return parsed.output.environments.flatMap((environment, index) => {
    if (environment === null || 'chart' in environment) return []
    const settings = ['chart-repository', 'chart-version', 'values', 'image-value']
    return [
      ...('manifests' in environment
        ? []
        : [{ path: ['environments', index], text: 'has neither "manifests" nor "chart"' }]),
      ...settings
        .filter((setting) => setting in environment)
        .map((setting) => ({
          path: ['environments', index, setting],
          text: 'is for a Helm chart: name it by "chart"',
        })),
    ]
  })
}
