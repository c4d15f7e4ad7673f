import { parseGrypeIgnore } from './parse-grype-ignore.ts'
import { parseOwnWaivers } from './parse-own-waivers.ts'
import { parseTrivyignoreYaml } from './parse-trivyignore-yaml.ts'
import { parseTrivyignore } from './parse-trivyignore.ts'
import type { WaiverFormat, WaiversFile } from './waiver.ts'

const parsers: Readonly<Record<WaiverFormat, (text: string, file: string) => WaiversFile>> = {
  waivers: parseOwnWaivers,
  trivyignore: parseTrivyignore,
  'trivyignore-yaml': parseTrivyignoreYaml,
  grype: parseGrypeIgnore,
}

/**
 * Makes sense of a file of waivers: ours, or the ignore file of Trivy or Grype by its name.
 * @throws {@link ConfigurationError} that lists all problems with their places.
 */
export function parseWaivers(text: string, file: string): WaiversFile {
  return parsers[formatOf(file)](text, file)
}

/** The kind of file by its name: `.trivyignore`, `.trivyignore.yaml`, `.grype.yaml`; else ours. */
export function formatOf(file: string): WaiverFormat {
  const name = file.slice(file.lastIndexOf('/') + 1).toLowerCase()
  if (/trivyignore\.ya?ml$/.test(name)) return 'trivyignore-yaml'
  if (name.endsWith('trivyignore')) return 'trivyignore'
  return /grype\.ya?ml$/.test(name) ? 'grype' : 'waivers'
}
