import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ReportedError } from '@oke-pipeline/core'
import type { Files } from '@oke-pipeline/core'
import { renderKustomization } from './kustomize.ts'
import type { KustomizePorts } from './kustomize.ts'
import { joinReadings } from './manifest.ts'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'
import { isUrl, readRemoteManifests } from './remote-manifests.ts'
import type { RemotePorts } from './remote-manifests.ts'
import { filesLike, isPattern } from './source-path.ts'
import type { Substitution } from './substitution.ts'

/** What reading manifests needs of the world. */
export interface ManifestPorts extends RemotePorts, KustomizePorts {
  readonly files: Files
}

const kustomizationFiles = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** A reading under way: the ports, and the variables that files may name. */
interface Reader {
  readonly ports: ManifestPorts
  readonly substitution: Substitution | undefined
}

/**
 * Reads manifests in the order given: of files, of folders, of patterns such as `k8s/*.yml`, and of
 * URLs that say which bytes they have. Of a folder, the `*.yml`, `*.yaml` and `*.json` directly in
 * it are read, sorted by name; a folder with a kustomization is rendered by `kubectl kustomize`.
 */
export async function readManifests(
  paths: readonly string[],
  ports: ManifestPorts,
  substitution?: Substitution,
): Promise<Reading> {
  const reader = { ports, substitution }
  return joinReadings(await Promise.all(paths.map((path) => readPath(path, reader))))
}

async function readPath(path: string, reader: Reader): Promise<Reading> {
  const { files } = reader.ports
  if (isUrl(path)) return readRemoteManifests(path, reader.ports)
  try {
    const kind = await files.kindOf(path)
    if (kind === 'outside') return failing(path, 'lies outside the workspace')
    if (kind === 'absent') return await readPattern(path, reader)
    return kind === 'file' ? await readFile(path, reader) : await readFolder(path, reader)
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    return failing(error.place?.file ?? path, error.message)
  }
}

async function readPattern(path: string, reader: Reader): Promise<Reading> {
  if (!isPattern(path)) return failing(path, 'does not exist')
  const found = await filesLike(path, reader.ports.files)
  if (found.length === 0) return failing(path, 'fits no file')
  return joinReadings(await Promise.all(found.map((file) => readFile(file, reader))))
}

async function readFile(path: string, { ports, substitution }: Reader): Promise<Reading> {
  const reading = parseManifests(await ports.files.readText(path), path, substitution)
  const isEmpty = reading.manifests.length === 0 && reading.problems.length === 0
  return isEmpty ? failing(path, 'has no Kubernetes object in it') : reading
}

async function readFolder(path: string, reader: Reader): Promise<Reading> {
  const { ports, substitution } = reader
  const names = (await readdir(await ports.files.locate(path))).sort()
  if (names.some((name) => kustomizationFiles.includes(name))) {
    return renderKustomization(path, { ...ports, substitution })
  }
  if (names.includes('Chart.yaml')) {
    return failing(path, 'is a Helm chart: give it by "chart", not by "manifests"')
  }
  const files = names.filter((name) => /\.(?:ya?ml|json)$/.test(name))
  if (files.length === 0) return failing(path, 'has no .yml, .yaml or .json file directly in it')
  return joinReadings(await Promise.all(files.map((name) => readFile(join(path, name), reader))))
}

function failing(file: string, problem: string): Reading {
  return { manifests: [], problems: [{ place: { file }, problem }] }
}
