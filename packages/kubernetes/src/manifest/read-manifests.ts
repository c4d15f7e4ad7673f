import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ReportedError } from '@oke-pipeline/core'
import type { Exec, Files } from '@oke-pipeline/core'
import { renderKustomization } from './kustomize.ts'
import { joinReadings } from './manifest.ts'
import type { Reading } from './manifest.ts'
import { parseManifests } from './parse-manifests.ts'

/** What reading manifests needs of the world. */
export interface ManifestPorts {
  readonly files: Files
  readonly exec: Exec
}

const kustomizationFiles = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/**
 * Reads manifests from files and folders, in the order given. Of a folder, the `*.yml`, `*.yaml`
 * and `*.json` directly in it are read, sorted by name; a folder with a kustomization is rendered
 * by `kubectl kustomize`.
 */
export async function readManifests(
  paths: readonly string[],
  ports: ManifestPorts,
): Promise<Reading> {
  const readings = await Promise.all(paths.map((path) => readPath(path, ports)))
  return joinReadings(readings)
}

async function readPath(path: string, ports: ManifestPorts): Promise<Reading> {
  try {
    const kind = await ports.files.kindOf(path)
    if (kind === 'absent') return failing(path, 'does not exist')
    if (kind === 'outside') return failing(path, 'lies outside the workspace')
    return kind === 'file' ? await readFile(path, ports) : await readFolder(path, ports)
  } catch (error) {
    if (!(error instanceof ReportedError)) throw error
    return failing(error.place?.file ?? path, error.message)
  }
}

async function readFile(path: string, { files }: ManifestPorts): Promise<Reading> {
  const reading = parseManifests(await files.readText(path), path)
  const isEmpty = reading.manifests.length === 0 && reading.problems.length === 0
  return isEmpty ? failing(path, 'has no Kubernetes object in it') : reading
}

async function readFolder(path: string, ports: ManifestPorts): Promise<Reading> {
  const names = (await readdir(await ports.files.locate(path))).sort()
  if (names.some((name) => kustomizationFiles.includes(name))) {
    return renderKustomization(path, ports)
  }
  if (names.includes('Chart.yaml')) {
    return failing(path, 'is a Helm chart: give it by "chart", not by "manifests"')
  }
  const files = names.filter((name) => /\.(?:ya?ml|json)$/.test(name))
  if (files.length === 0) return failing(path, 'has no .yml, .yaml or .json file directly in it')
  return joinReadings(await Promise.all(files.map((name) => readFile(join(path, name), ports))))
}

function failing(file: string, problem: string): Reading {
  return { manifests: [], problems: [{ place: { file }, problem }] }
}
