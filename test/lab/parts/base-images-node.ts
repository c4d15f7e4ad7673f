import { appendFile, chmod, chown, copyFile, mkdir, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { archiveFolder } from './base-images-archive.ts'
import { type LayoutImage, imageEpochSeconds } from './base-images-layout.ts'
import { runOnMachine } from './base-images-machine.ts'
import type { BaseImage } from './base-images.ts'

const suite = 'bookworm'

/** A shell and the tools that build steps call; no apt, because nothing can be installed without a network. */
const debianPackages = [
  ...['base-files', 'base-passwd', 'bash', 'coreutils', 'dash', 'findutils', 'grep', 'hostname'],
  ...['libc-bin', 'libstdc++6', 'netbase', 'sed', 'tar', 'gzip', 'tzdata'],
]

/** What slim images leave out, what differs each time, and where the packages came from. */
const leftOut = [
  ...['./dev/*', './proc/*', './run/*', './sys/*', './tmp/*', './etc/apt/sources.list'],
  ...['./usr/share/man/*', './usr/share/info/*', './usr/share/locale/*', './usr/share/doc/*/*[!t]'],
  ...['./var/cache/*', './var/log/*', './var/lib/apt/*', './var/lib/dpkg/*-old'],
]

const recipe = { made: 1, suite, debianPackages, leftOut }

/** `node:24-bookworm-slim`: Debian packages, and Node of the npm package that the tests run on. */
export async function nodeImage(): Promise<BaseImage> {
  const packageFolder = join(
    import.meta.dirname,
    `../../../node_modules/node-linux-${process.arch}`,
  )
  const nodeVersion = await versionOf(packageFolder)
  return {
    name: 'node:24-bookworm-slim',
    recipe: { ...recipe, nodeVersion },
    usuallySeconds: 25,
    make: async (directory, signal) => makeLayers(directory, packageFolder, nodeVersion, signal),
  }
}

async function versionOf(packageFolder: string): Promise<string> {
  const file = join(packageFolder, 'package.json')
  const content: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (typeof content === 'object' && content !== null && 'version' in content) {
    const { version } = content
    if (typeof version === 'string' && version.startsWith('24.')) return version
  }
  throw new Error(`Cannot make a Node 24 image: "${file}" is another version. Run "npm ci" again.`)
}

async function makeLayers(
  directory: string,
  packageFolder: string,
  nodeVersion: string,
  signal: AbortSignal,
): Promise<LayoutImage> {
  const debian = join(directory, 'debian')
  await installDebian(debian, signal)
  await addUser(debian)
  const node = join(directory, 'node')
  await addNode(node, packageFolder)
  return {
    layers: [
      await archiveFolder({
        folder: debian,
        createdBy: `mmdebstrap --include=${debianPackages.join(',')} ${suite}`,
        exclude: leftOut,
        signal,
      }),
      await archiveFolder({
        folder: node,
        createdBy: `npm package node-linux-${process.arch}@${nodeVersion}`,
        ownedByRoot: true,
        signal,
      }),
    ],
    config: {
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        `NODE_VERSION=${nodeVersion}`,
      ],
      Cmd: ['node'],
    },
  }
}

/** Without a chroot, and therefore without mounts that a killed process would leave behind. */
async function installDebian(folder: string, signal: AbortSignal): Promise<void> {
  await runOnMachine(
    'mmdebstrap',
    [
      ...[
        '--quiet',
        '--variant=custom',
        '--mode=chrootless',
        `--include=${debianPackages.join(',')}`,
      ],
      ...[suite, folder],
    ],
    signal,
    { SOURCE_DATE_EPOCH: String(imageEpochSeconds) },
  )
}

/** Docker Hub's Node images have this user too. */
async function addUser(root: string): Promise<void> {
  await appendFile(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n')
  await appendFile(join(root, 'etc/group'), 'node:x:1000:\n')
  const home = join(root, 'home/node')
  await mkdir(home)
  await chown(home, 1000, 1000)
}

async function addNode(root: string, packageFolder: string): Promise<void> {
  const bin = join(root, 'usr/local/bin')
  await mkdir(bin, { recursive: true })
  await copyFile(join(packageFolder, 'bin/node'), join(bin, 'node'))
  await chmod(join(bin, 'node'), 0o755)
  await symlink('node', join(bin, 'nodejs'))
}
