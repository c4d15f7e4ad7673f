import { type ImageLayer, imageEpochSeconds } from './base-images-layout.ts'
import { runOnMachine } from './base-images-machine.ts'

/** What of a folder becomes a layer, and as whose. */
export interface ArchiveRequest {
  readonly folder: string
  /** What the image's history says of it. */
  readonly createdBy: string
  /** Patterns below the folder, `./usr/share/man/*`. */
  readonly exclude?: readonly string[]
  /** Everything belongs to root, whoever owns it in the folder. */
  readonly ownedByRoot?: boolean
  readonly signal: AbortSignal
}

/** Makes the same tar archive of the same files, whenever and wherever it is made; it is put beside the folder. */
export async function archiveFolder(request: ArchiveRequest): Promise<ImageLayer> {
  const archive = `${request.folder}.tar`
  const ownership = request.ownedByRoot === true ? ['--owner=0', '--group=0'] : []
  await runOnMachine(
    'tar',
    [
      ...['--create', '--file', archive, '--directory', request.folder],
      ...[
        '--sort=name',
        '--format=gnu',
        '--numeric-owner',
        `--mtime=@${imageEpochSeconds}`,
        ...ownership,
      ],
      ...(request.exclude ?? []).map((pattern) => `--exclude=${pattern}`),
      '.',
    ],
    request.signal,
  )
  return { archive, createdBy: request.createdBy }
}
