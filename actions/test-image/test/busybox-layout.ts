import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeLayout } from '@oke-pipeline/testing'
import type { LayoutContent, WrittenLayout } from '@oke-pipeline/testing'
import type { Job } from './test-harness.ts'

/** The platform of this machine, and one that it is not. */
export const [native, foreign] =
  process.arch === 'arm64' ? ['linux/arm64', 'linux/amd64'] : ['linux/amd64', 'linux/arm64']

/** An image with nothing but a static busybox, which has a shell and a web server. */
export async function busyboxLayout(
  { folder }: Job,
  content: Partial<LayoutContent> = {},
): Promise<WrittenLayout> {
  const busybox = await readFile('/bin/busybox')
  return writeLayout({
    folder: join(folder, 'temp', 'Layout'),
    layers: [
      { 'bin/busybox': busybox, 'bin/sh': busybox },
      // Jobs that run side by side get images that nobody else has.
      { 'www/index.html': 'hello', 'www/more/index.html': 'more', job: folder },
    ],
    platforms: [native],
    config: {
      Env: ['PATH=/bin'],
      User: '1000',
      Entrypoint: ['/bin/busybox', 'httpd', '-f', '-h', '/www'],
      Cmd: ['-p', '8080'],
    },
    ...content,
  })
}

/** A script as the input `command`. */
export function shell(script: string): string {
  return ['/bin/sh', '-c', script].join('\n')
}
