import { join } from 'node:path'
import type { Files } from '@oke-pipeline/core'
import type { PushResult } from './run.ts'

type Subject = Pick<PushResult, 'repository' | 'digest' | 'platformDigests'>

/**
 * The image and its platforms in the format of `sha256sum`, which actions/attest takes as
 * `subject-checksums`: 64 hex digits, two blanks, the name.
 */
export function subjectChecksums({ repository, digest, platformDigests }: Subject): string {
  return [digest, ...platformDigests]
    .map((one) => `${one.slice('sha256:'.length)}  ${repository}\n`)
    .join('')
}

/** Writes them where later steps of the job find them; returns the absolute path. */
export async function writeSubjectChecksums(subject: Subject, files: Files): Promise<string> {
  const folder = join(files.temp, 'push-ocir', subject.digest.replace(':', '-'))
  const path = join(folder, 'subject-checksums.txt')
  await files.writeText(path, subjectChecksums(subject))
  return files.locate(path)
}
