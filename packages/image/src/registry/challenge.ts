/** How a registry wants to be asked (RFC 9110, 11.6.1): a scheme with parameters. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** By name in lower case. */
  readonly parameters: Readonly<Record<string, string>>
}

const token = String.raw`[\w!#$%&'*+.^|~\x60-]+`
const element = new RegExp(
  String.raw`[\s,]*(?<name>${token})(?:\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>${token})))?`,
  'y',
)

/** Reads a WWW-Authenticate header, which may hold several challenges. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = []
  for (const { name, value } of elementsOf(header)) {
    if (value === undefined) challenges.push({ scheme: name, parameters: {} })
    else Object.assign(challenges.at(-1)?.parameters ?? {}, { [name]: value })
  }
  return challenges
}

interface Element {
  readonly name: string
  /** Absent for a scheme. */
  readonly value: string | undefined
}

function elementsOf(header: string): readonly Element[] {
  const elements: Element[] = []
  const pattern = new RegExp(element)
  for (let match = pattern.exec(header); match !== null; match = pattern.exec(header)) {
    const { name = '', quoted, plain } = match.groups ?? {}
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain
    elements.push({ name: name.toLowerCase(), value })
  }
  return elements
}
