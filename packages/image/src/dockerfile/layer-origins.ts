import { DockerfileParser } from 'dockerfile-ast'
import type { Dockerfile, From, Instruction } from 'dockerfile-ast'
import type { ImageConfig } from '../image-config.ts'

/** What brought a layer. */
export interface LayerOrigin {
  readonly from: 'base' | 'own'
  /** The line of the Dockerfile: that of `FROM` for what comes from the base image. */
  readonly line: number
}

/**
 * The line of a Dockerfile that brought each layer of an image, lowest layer first. It is found by
 * laying the image's history and the instructions of the last stage side by side, from the end;
 * undefined where they do not agree, as with an image of another Dockerfile.
 */
export function layerOrigins(
  dockerfile: string,
  { history, diffIds }: Pick<ImageConfig, 'history' | 'diffIds'>,
): readonly (LayerOrigin | undefined)[] {
  const { instructions, from } = lastStage(DockerfileParser.parse(dockerfile))
  const steps = history.toReversed()
  const own = linesOf(steps, instructions.toReversed())
  const isWhole = from !== undefined && own !== undefined
  const origins = steps.map(({ hasLayer }, index): LayerOrigin | undefined | false => {
    if (!hasLayer) return false
    const line = own?.[index]
    if (line !== undefined) return { from: 'own', line }
    return isWhole ? { from: 'base', line: from } : undefined
  })
  const layers = origins.filter((origin) => origin !== false).toReversed()
  // An image whose history tells of other layers than it has is not understood.
  return layers.length === diffIds.length ? layers : diffIds.map(() => undefined)
}

interface StageContent {
  /** In the order of the file, those of the stages it starts from before. */
  readonly instructions: readonly Instruction[]
  /** The line of the `FROM` that names an image. */
  readonly from: number | undefined
}

function lastStage(dockerfile: Dockerfile): StageContent {
  const last = dockerfile.getFROMs().at(-1)
  return last === undefined ? { instructions: [], from: undefined } : stageOf(dockerfile, last)
}

function stageOf(dockerfile: Dockerfile, from: From): StageContent {
  const stages = dockerfile.getFROMs()
  const start = from.getRange().start.line
  const end = stages[stages.indexOf(from) + 1]?.getRange().start.line ?? Infinity
  const instructions = dockerfile.getInstructions().filter((instruction) => {
    const { line } = instruction.getRange().start
    return line > start && line < end
  })
  const parent = stages.find(
    (stage) =>
      stage.getRange().start.line < start &&
      stage.getBuildStage()?.toLowerCase() === from.getImage()?.toLowerCase(),
  )
  if (parent === undefined) return { instructions, from: start + 1 }
  const before = stageOf(dockerfile, parent)
  return { ...before, instructions: [...before.instructions, ...instructions] }
}

/** Instructions of which not every builder keeps a step. */
const optionalSteps = ['ARG', 'SHELL', 'ONBUILD', 'STOPSIGNAL', 'MAINTAINER']

/**
 * The lines of steps, both from the end; undefined where an instruction and its step disagree. What
 * is left of the steps then is the base image's.
 */
function linesOf(
  steps: ImageConfig['history'],
  instructions: readonly Instruction[],
): readonly number[] | undefined {
  const lines: number[] = []
  for (const instruction of instructions) {
    const keyword = instruction.getKeyword()
    const step = steps[lines.length]
    if (step !== undefined && keywordOf(step.createdBy) === keyword) {
      lines.push(instruction.getRange().start.line + 1)
    } else if (!optionalSteps.includes(keyword)) {
      return undefined
    }
  }
  return lines
}

/** `COPY` of `COPY app.js /app/ # buildkit` and of `/bin/sh -c #(nop) COPY file:… in /app/`. */
function keywordOf(createdBy: string): string {
  const plain = createdBy.replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
  const [, word = ''] = /^([A-Z]+)\s/.exec(plain) ?? []
  return word === '' ? 'RUN' : word
}
