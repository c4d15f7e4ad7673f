import { DockerfileParser } from 'dockerfile-ast'
import type { Arg, Dockerfile as Ast, From, Instruction as AstInstruction } from 'dockerfile-ast'

/** A Dockerfile: its stages, and what is set before them. Lines are counted from 1. */
export interface Dockerfile {
  /** The image that reads the file, by `# syntax=`. */
  readonly frontend: { readonly image: string; readonly line: number } | undefined
  /** `ARG` before the first `FROM`, in their order. */
  readonly globals: readonly DockerfileArg[]
  readonly stages: readonly Stage[]
}

/** A build argument, and its default. */
export interface DockerfileArg {
  readonly name: string
  readonly value: string | undefined
}

/** What one `FROM` begins. */
export interface Stage {
  readonly index: number
  /** As it was written after `AS`; names are the same in any case of their letters. */
  readonly name: string | undefined
  /** What is written after `FROM`, variables and all. */
  readonly from: string
  readonly platform: string | undefined
  readonly line: number
  readonly instructions: readonly Instruction[]
}

/** An instruction of a stage. */
export interface Instruction {
  readonly keyword: string
  readonly firstLine: number
  readonly lastLine: number
  /** The arguments as they are written, without flags. */
  readonly text: string
  /** Images or stages that it takes files from: `--from=` and `--mount=from=`. */
  readonly sources: readonly string[]
}

/** Makes sense of a Dockerfile; what is wrong in it is for the builder to say. */
export function parseDockerfile(text: string): Dockerfile {
  const ast = DockerfileParser.parse(text)
  return {
    frontend: frontendOf(ast),
    globals: ast.getInitialARGs().flatMap(argsOf),
    stages: stagesOf(ast),
  }
}

function frontendOf(ast: Ast): Dockerfile['frontend'] {
  const directive = ast.getDirectives().find((each) => each.getName().toLowerCase() === 'syntax')
  if (directive === undefined) return undefined
  return { image: directive.getValue().trim(), line: directive.getRange().start.line + 1 }
}

function argsOf(arg: Arg): readonly DockerfileArg[] {
  return arg.getProperties().map((property) => ({
    name: property.getName(),
    value: property.getValue() ?? undefined,
  }))
}

function stagesOf(ast: Ast): readonly Stage[] {
  const stages: (Omit<Stage, 'instructions'> & { readonly instructions: Instruction[] })[] = []
  for (const instruction of ast.getInstructions()) {
    if (isFrom(instruction))
      stages.push({ ...stageOf(instruction, stages.length), instructions: [] })
    else stages.at(-1)?.instructions.push(instructionOf(instruction))
  }
  return stages
}

function isFrom(instruction: AstInstruction): instruction is From {
  return instruction.getKeyword() === 'FROM'
}

function stageOf(from: From, index: number): Omit<Stage, 'instructions'> {
  return {
    index,
    name: from.getBuildStage() ?? undefined,
    from: unquoted(from.getImage() ?? ''),
    platform: from.getPlatformFlag()?.getValue() ?? undefined,
    line: from.getRange().start.line + 1,
  }
}

function instructionOf(instruction: AstInstruction): Instruction {
  const { start, end } = instruction.getRange()
  return {
    keyword: instruction.getKeyword(),
    firstLine: start.line + 1,
    lastLine: end.line + 1,
    text: instruction.getRawArgumentsContent() ?? '',
    sources: sourcesOf(instruction),
  }
}

/** Only some instructions have flags; those of the parser's types that do have this. */
interface Flagged {
  getFlags(): ReturnType<From['getFlags']>
}

function hasFlags(instruction: AstInstruction): instruction is AstInstruction & Flagged {
  return 'getFlags' in instruction
}

function sourcesOf(instruction: AstInstruction): readonly string[] {
  if (!hasFlags(instruction)) return []
  return instruction.getFlags().flatMap((flag) => {
    const from = flag.getName() === 'from' ? flag.getValue() : flag.getOption('from')?.getValue()
    return from === undefined || from === null || from === '' ? [] : [unquoted(from)]
  })
}

function unquoted(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text
}
