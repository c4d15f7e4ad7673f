import { copyFile, chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../command.ts'
import { requiredExecutable } from '../provision/on-path.ts'
import { archiveFolder } from './base-images-archive.ts'
import type { LayoutImage } from './base-images-layout.ts'
import type { BaseImage } from './base-images.ts'

const folders = ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'tmp', 'usr', 'var']

/** `busybox:1`, from Debian's statically linked busybox. */
export async function busyboxImage(): Promise<BaseImage> {
  const executable = requiredExecutable('busybox')
  const [banner = ''] = (await runCommand(executable, [])).split('\n')
  return {
    name: 'busybox:1',
    recipe: { made: 1, banner, folders },
    usuallySeconds: 1,
    make: async (directory, signal) =>
      makeLayer(join(directory, 'root'), executable, banner, signal),
  }
}

async function makeLayer(
  root: string,
  executable: string,
  banner: string,
  signal: AbortSignal,
): Promise<LayoutImage> {
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true })
  await chmod(join(root, 'tmp'), 0o1777)
  const bin = join(root, 'bin')
  await copyFile(executable, join(bin, 'busybox'))
  const applets = (await runCommand(executable, ['--list'], { signal })).trim().split('\n')
  for (const applet of applets.filter((name) => name !== 'busybox')) {
    await symlink('busybox', join(bin, applet))
  }
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/home:/bin/false\n',
  )
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n')
  return {
    layers: [await archiveFolder({ folder: root, createdBy: banner, ownedByRoot: true, signal })],
    config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
  }
}
