import * as v from 'valibot'

// Lists may be absent or null: BuildKit leaves out what is empty.
const listOf = <Item extends v.GenericSchema>(item: Item) => v.nullish(v.array(item), [])
const base64 = v.pipe(
  v.string(),
  v.transform((text) => Buffer.from(text, 'base64')),
)
const time = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
)

const vertex = v.object({
  digest: v.string(),
  name: v.optional(v.string(), ''),
  started: v.optional(time),
  completed: v.optional(time),
  cached: v.optional(v.boolean(), false),
  error: v.optional(v.string(), ''),
})

const log = v.object({ vertex: v.string(), data: base64 })

const range = v.object({ start: v.object({ line: v.optional(v.number()) }) })

const warning = v.object({
  short: base64,
  detail: listOf(base64),
  url: v.optional(v.string()),
  sourceInfo: v.nullish(v.object({ filename: v.optional(v.string()) })),
  range: listOf(range),
})

const event = v.object({
  vertexes: listOf(vertex),
  logs: listOf(log),
  warnings: listOf(warning),
})

/** A line that BuildKit's clients print with `--progress rawjson`. */
export type ProgressEvent = v.InferOutput<typeof event>

/** One operation of a build; told of again whenever it starts or ends. */
export type Vertex = v.InferOutput<typeof vertex>

/** A remark of BuildKit about the Dockerfile. */
export type VertexWarning = v.InferOutput<typeof warning>

/** Reads a line; undefined when it is no event but something that the client has to say. */
export function parseProgressEvent(line: string): ProgressEvent | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return v.parse(event, JSON.parse(line))
  } catch (error) {
    // What only looks like an event is text for the user.
    if (error instanceof SyntaxError || error instanceof v.ValiError) return undefined
    throw error
  }
}
