/** What a vertex is called, and the stage of the Dockerfile that it belongs to. */
export interface VertexName {
  readonly stage: string
  readonly step: string
}

/** Where BuildKit's own preparations are folded, and what comes after the last stage. */
const preparation = 'Preparation'
const completion = 'Completion'

/** Takes `[linux/amd64 build 2/5] RUN make` apart; a stage that is the only one has no name. */
export function parseVertexName(name: string): VertexName {
  const inStage = /^\[(?:(.+?)\s+)?(\d+\/\d+)\]\s*(.*)$/s.exec(name)
  const [, stage, position = '', instruction = ''] = inStage ?? []
  if (inStage !== null) {
    const title = stage === undefined ? 'Stage' : `Stage ${stage}`
    return { stage: title, step: `[${position}] ${inOneLine(instruction)}` }
  }
  return { stage: isPreparation(name) ? preparation : completion, step: inOneLine(name) }
}

function isPreparation(name: string): boolean {
  return /^(?:\[|importing cache|resolve image config|docker-image:\/\/|https?:\/\/|local:\/\/)/.test(
    name,
  )
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
