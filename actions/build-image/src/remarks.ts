import type { Annotation } from '@oke-pipeline/core'
import type { BuildStep, BuildWarning } from './build-record.ts'
import type { Inputs } from './declaration.ts'
import { dockerfileOf } from './input-paths.ts'
import type { Progress } from './progress/progress.ts'

/** What is to be said beside the Dockerfile of a build, whether it went well or not. */
export function remarksOn(
  { warnings, steps }: Pick<Progress, 'warnings' | 'steps'>,
  inputs: Inputs,
): readonly Annotation[] {
  const file = dockerfileOf(inputs)
  return [
    ...warnings.map((warning) => remarkOf(warning, file)),
    ...steps.filter(isCacheTrouble).map(cacheRemark),
  ]
}

/** One of BuildKit's build checks, at the line that it is about. */
function remarkOf({ message, detail, url, line }: BuildWarning, file: string): Annotation {
  return {
    level: 'warning',
    title: 'Build check',
    message: [message, detail, url].filter((part) => part !== '' && part !== undefined).join('\n'),
    place: { file, ...(line === undefined ? {} : { line }) },
  }
}

/** A cache that could not be read or written costs time, not the build. */
function isCacheTrouble({ name, error }: BuildStep): boolean {
  return error !== undefined && /^(?:importing|exporting) cache/.test(name)
}

function cacheRemark({ name, error = '' }: BuildStep): Annotation {
  return { level: 'warning', title: 'Cache not used', message: `${name}: ${error}` }
}
