import { joinReadings } from '../manifest/manifest.ts'
import type { Reading } from '../manifest/manifest.ts'
import { parseManifests } from '../manifest/parse-manifests.ts'

/** Where each object comes from: Helm says so in front of it. */
const sourceLine = /^---[ \t]*\r?\n# Source: (.+)$/m

/**
 * Reads what Helm has rendered. Lines of it are lines of no file of the user's: each object is
 * placed in its template as a whole.
 * @param fileOf gives the file of the user's for a template that Helm names.
 */
export function parseRendered(text: string, fileOf: (template: string) => string): Reading {
  const [, ...parts] = text.split(sourceLine)
  const readings = Array.from({ length: parts.length / 2 }, (_, index) => {
    const file = fileOf(parts[2 * index]?.trim() ?? '')
    return parseTemplate(parts[2 * index + 1] ?? '', file)
  })
  return joinReadings(readings)
}

function parseTemplate(text: string, file: string): Reading {
  const place = { file }
  const { manifests, problems } = parseManifests(text, file)
  return {
    manifests: manifests.map(({ object }) => ({ object, place })),
    problems: problems.map(({ problem }) => ({ place, problem: `renders to what ${problem}` })),
  }
}
