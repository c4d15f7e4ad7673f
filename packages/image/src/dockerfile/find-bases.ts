import { expandVariables } from './expand-variables.ts'
import type { Variables } from './expand-variables.ts'
import { stageCalled, targetStage } from './find-stage.ts'
import type { Dockerfile, Stage } from './parse-dockerfile.ts'
import { stageVariables } from './stage-variables.ts'
import type { BuildQuestion } from './stage-variables.ts'

/** What an image that is built on is for. */
export type BaseRole =
  /** Its files are in what is built, or it builds what is copied there. */
  | 'from'
  /** Files are copied from it. */
  | 'copy'
  /** A `RUN` instruction sees its files. */
  | 'mount'
  /** It reads the Dockerfile. */
  | 'frontend'

/** An image that the Dockerfile names. */
export interface NamedBase {
  /** As it is written, with variables replaced; undefined where only the builder can tell. */
  readonly image: string | undefined
  readonly role: BaseRole
  readonly line: number
  /** Whether the target is built on it, by a chain of `FROM`. */
  readonly isRoot: boolean
}

/** The images that a Dockerfile names and that the target needs, each at its first place. */
export function findBases(dockerfile: Dockerfile, question: BuildQuestion): readonly NamedBase[] {
  const target = targetStage(dockerfile, question.target)
  if (target === undefined) return []
  const search = { dockerfile, question, variables: stageVariables(dockerfile, question) }
  const found = new Map<number, readonly NamedBase[]>()
  visit(search, target, found)
  const root = rootOf(search, target)
  const bases = [...found.values()].flat().sort((one, other) => one.line - other.line)
  return [
    ...frontendOf(dockerfile, question),
    ...bases.map((base) => ({ ...base, isRoot: base.role === 'from' && base.line === root.line })),
  ]
}

/** The stages that the target is made of, from the one on an image to the target itself. */
export function stageChain(dockerfile: Dockerfile, question: BuildQuestion): readonly Stage[] {
  const target = targetStage(dockerfile, question.target)
  if (target === undefined) return []
  const search = { dockerfile, question, variables: stageVariables(dockerfile, question) }
  const parent = parentOf(search, target)
  if (parent === undefined) return [target]
  return [...stageChain(dockerfile, { ...question, target: String(parent.index) }), target]
}

interface Search {
  readonly dockerfile: Dockerfile
  readonly question: BuildQuestion
  readonly variables: Variables
}

function frontendOf(
  { frontend }: Dockerfile,
  { buildArgs = {} }: BuildQuestion,
): readonly NamedBase[] {
  if (frontend === undefined) return []
  const image = buildArgs.BUILDKIT_SYNTAX ?? frontend.image
  return [{ image, role: 'frontend', line: frontend.line, isRoot: false }]
}

function visit(search: Search, stage: Stage, found: Map<number, readonly NamedBase[]>): void {
  if (found.has(stage.index)) return
  found.set(stage.index, [])
  const references = [fromReference(search, stage), ...sourceReferences(stage)]
  const images: NamedBase[] = []
  for (const { image, role, line } of references) {
    const source = resolve(search, image, stagesFor(search, stage, role))
    if (source.kind === 'stage') visit(search, source.stage, found)
    if (source.kind === 'image') images.push({ image: source.image, role, line, isRoot: false })
  }
  found.set(stage.index, images)
}

type Reference = Pick<NamedBase, 'image' | 'role' | 'line'>

function fromReference({ variables }: Search, { from, line }: Stage): Reference {
  return { image: expandVariables(from, variables), role: 'from', line }
}

function sourceReferences({ instructions }: Stage): readonly Reference[] {
  return instructions.flatMap(({ keyword, sources, firstLine }) =>
    sources.map((image) => ({
      image,
      role: keyword === 'RUN' ? ('mount' as const) : ('copy' as const),
      line: firstLine,
    })),
  )
}

/** What files come from: a stage, an image, or nothing that has one: an empty one, or a folder. */
type Source =
  | { readonly kind: 'stage'; readonly stage: Stage }
  | { readonly kind: 'image'; readonly image: string | undefined }
  | { readonly kind: 'nothing' }

/** A stage is made from an earlier one; files are copied from any. */
function stagesFor({ dockerfile }: Search, { index }: Stage, role: BaseRole): readonly Stage[] {
  return role === 'from' ? dockerfile.stages.slice(0, index) : dockerfile.stages
}

function resolve(search: Search, reference: string | undefined, stages: readonly Stage[]): Source {
  if (reference === undefined) return { kind: 'image', image: undefined }
  const { buildContexts = {} } = search.question
  const context = contextNamed(buildContexts, reference)
  if (context !== undefined) return sourceOfContext(context)
  if (reference === 'scratch' || reference === 'context') return { kind: 'nothing' }
  const found = stageCalled(stages, reference)
  const replaced = found?.name === undefined ? undefined : contextNamed(buildContexts, found.name)
  if (replaced !== undefined) return sourceOfContext(replaced)
  return found === undefined ? { kind: 'image', image: reference } : { kind: 'stage', stage: found }
}

function contextNamed(
  contexts: Readonly<Record<string, string>>,
  reference: string,
): string | undefined {
  const name = reference.toLowerCase()
  const key = Object.keys(contexts).find((each) => each.toLowerCase() === name)
  return key === undefined ? undefined : contexts[key]
}

/** A named context that is an image is one that is built on; any other has files of the user's own. */
function sourceOfContext(context: string): Source {
  const scheme = 'docker-image://'
  if (!context.startsWith(scheme)) return { kind: 'nothing' }
  return { kind: 'image', image: context.slice(scheme.length) }
}

function parentOf(search: Search, stage: Stage): Stage | undefined {
  const { image } = fromReference(search, stage)
  const source = resolve(search, image, stagesFor(search, stage, 'from'))
  return source.kind === 'stage' ? source.stage : undefined
}

function rootOf(search: Search, stage: Stage): Stage {
  const parent = parentOf(search, stage)
  return parent === undefined ? stage : rootOf(search, parent)
}
