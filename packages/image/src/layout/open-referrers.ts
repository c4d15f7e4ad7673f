import { forEachBounded } from '@oke-pipeline/core'
import type { Descriptor } from '../descriptor.ts'
import type { Digest } from '../digest.ts'
import type { Layout } from '../layout.ts'
import { subjectOf } from '../manifest.ts'
import { notALayout } from './problems.ts'
import { readTree } from './read-tree.ts'
import type { LayoutEntry } from './read-tree.ts'
import { readReferrers, referrersFile } from './referrers.ts'
import { verifyBlob } from './verify-blob.ts'

/** An artifact that is kept with an image in a layout. */
export interface Referrer {
  /** Of its manifest, with artifact type and annotations. */
  readonly descriptor: Descriptor
  /** The image, or the platform of it, that it is about. */
  readonly subject: Descriptor
  /** Everything that belongs to it, children before what refers to them. */
  readonly entries: readonly LayoutEntry[]
}

const blobsReadAtATime = 4

/**
 * The artifacts that are kept with an image, those first that others refer to. Every byte of them
 * has been compared with its digest, and each is about the image, one of its platforms, or another
 * artifact of it.
 * @throws ConfigurationError when one is about something else, GateError when one was changed.
 */
export async function openReferrers(
  layout: Pick<Layout, 'path' | 'walk'>,
  signal?: AbortSignal,
): Promise<readonly Referrer[]> {
  const listed = await readReferrers(layout.path)
  const opened = await Promise.all(
    listed.map((descriptor) => openReferrer(layout.path, descriptor)),
  )
  const entries = opened.flatMap((referrer) => referrer.entries)
  await forEachBounded(entries, { limit: blobsReadAtATime, signal }, ({ descriptor }, stop) =>
    verifyBlob(layout.path, descriptor, stop),
  )
  const known = layout.walk().map(({ descriptor }) => descriptor.digest)
  return inOrder(layout.path, opened, new Set(known))
}

async function openReferrer(path: string, descriptor: Descriptor): Promise<Referrer> {
  const { entries } = await readTree(path, descriptor)
  const root = entries.at(-1)
  const subject = root?.kind === 'manifest' ? subjectOf(root.bytes) : undefined
  if (subject !== undefined) return { descriptor, subject, entries }
  throw notALayout(
    path,
    `Its ${referrersFile} lists ${descriptor.digest}, which does not say what it is about.`,
  )
}

/** Subjects come before what is about them. */
function inOrder(
  path: string,
  referrers: readonly Referrer[],
  known: ReadonlySet<Digest>,
): readonly Referrer[] {
  if (referrers.length === 0) return []
  const ready = referrers.filter(({ subject }) => known.has(subject.digest))
  const waiting = referrers.filter((referrer) => !ready.includes(referrer))
  const [stray] = waiting
  if (ready.length === 0 && stray !== undefined) {
    throw notALayout(
      path,
      `Its ${referrersFile} lists ${stray.descriptor.digest}, which is about ${stray.subject.digest}: that is not in it.`,
    )
  }
  const next = new Set([...known, ...ready.map(({ descriptor }) => descriptor.digest)])
  return [...ready, ...inOrder(path, waiting, next)]
}
