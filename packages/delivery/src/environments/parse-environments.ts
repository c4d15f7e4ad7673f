import { parseYaml } from '@oke-pipeline/core'
import type { YamlProblem } from '@oke-pipeline/core'
import { requirementSchema, trustLacking } from '@oke-pipeline/evidence'
import type { TrustInputs } from '@oke-pipeline/evidence'
import * as valibot from 'valibot'
import { EnvironmentsFile } from './schema.ts'
import type { Environments } from './schema.ts'
import { chartGrammar } from './source-grammar.ts'

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
    ...severalWays(written),
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

const KeysOnly = valibot.object({
  environments: valibot.array(
    valibot.union([valibot.looseObject({ name: valibot.string() }), valibot.null()]),
  ),
})

/** Problems of single environments that have the keys they need to be looked at. */
function problemsOfEach(
  data: unknown,
  problemsOf: (environment: object) => readonly YamlProblem[],
): readonly YamlProblem[] {
  const parsed = valibot.safeParse(KeysOnly, data)
  if (!parsed.success) return []
  return parsed.output.environments.flatMap((environment, index) =>
    environment === null
      ? []
      : problemsOf(environment).map(({ path, text }) => ({
          path: ['environments', index, ...path],
          text,
        })),
  )
}

const sources = ['manifests', 'manifest-command', 'chart']

/** An environment needs manifests or a chart; the settings of a chart need the chart. */
function nothingToDeploy(data: unknown): readonly YamlProblem[] {
  return problemsOfEach(data, (environment) => {
    if ('chart' in environment) return []
    const nothing = 'has neither "manifests" nor "chart"'
    return [
      ...(sources.some((source) => source in environment) ? [] : [{ path: [], text: nothing }]),
      ...without(environment, Object.keys(chartGrammar), 'is for a Helm chart: name it by "chart"'),
    ]
  })
}

/** One way leads to a cluster; what says more of a way needs it. */
function severalWays(data: unknown): readonly YamlProblem[] {
  return problemsOfEach(data, (environment) => {
    const [hasCluster, hasServer] = ['cluster' in environment, 'cluster-server' in environment]
    const both = 'cannot be given together with "cluster": each leads to a cluster of its own'
    return [
      ...(hasCluster && hasServer ? [{ path: ['cluster-server'], text: both }] : []),
      ...(hasCluster
        ? []
        : without(environment, ['cluster-endpoint'], 'is only used with "cluster"')),
      ...(hasServer
        ? []
        : without(
            environment,
            ['cluster-ca', 'cluster-audience'],
            'is only used with "cluster-server"',
          )),
    ]
  })
}

function without(
  environment: object,
  settings: readonly string[],
  text: string,
): readonly YamlProblem[] {
  return settings
    .filter((setting) => setting in environment)
    .map((setting) => ({ path: [setting], text }))
}
