import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../../../scripts/actions.ts'

/** What is pushed to where by whom, and how often. */
export interface PushOptions {
  readonly rounds: number
  /** Of the image with few layers. */
  readonly megabytes: number
  /** `few` large layers, or `many` small ones. */
  readonly images: readonly string[]
  readonly places: readonly string[]
  readonly peers: readonly string[]
  /** What runs as push-ocir. */
  readonly bundle: string
}

/**
 * Reads `--rounds 3 --megabytes 500 --images few,many --places plain,tls,far
 * --peers crane,skopeo,docker --bundle FILE`, each of which may be left out.
 */
export function readPushOptions(args: readonly string[]): PushOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      megabytes: { type: 'string', default: '500' },
      images: { type: 'string', default: 'few,many' },
      places: { type: 'string', default: 'plain,tls,far' },
      peers: { type: 'string', default: 'crane,skopeo,docker' },
      bundle: { type: 'string', default: join(root, 'dist/push-ocir/index.js') },
    },
  })
  return {
    rounds: Number(values.rounds),
    megabytes: Number(values.megabytes),
    images: values.images.split(','),
    places: values.places.split(','),
    peers: values.peers.split(','),
    bundle: values.bundle,
  }
}
