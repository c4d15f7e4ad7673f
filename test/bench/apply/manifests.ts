import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The image of the workloads; none of them runs a pod. */
export const image = `registry.example/app@sha256:${'a'.repeat(64)}`

/** How many objects of each kind. */
export interface Amounts {
  readonly configMaps: number
  readonly deployments: number
  readonly widgets: number
}

/** All of them together. */
export function totalOf({ configMaps, deployments, widgets }: Amounts): number {
  return configMaps + deployments + widgets
}

/**
 * Writes the objects into one file, and into a chart with the same file: ConfigMaps, Deployments of
 * 0 replicas and custom resources.
 * @returns the path of the file.
 */
export async function writeManifests(folder: string, amounts: Amounts): Promise<string> {
  const text = [
    ...Array.from({ length: amounts.configMaps }, (_, index) => configMap(index)),
    ...Array.from({ length: amounts.deployments }, (_, index) => deployment(index)),
    ...Array.from({ length: amounts.widgets }, (_, index) => widget(index)),
  ].join('\n---\n')
  const workspace = join(folder, 'workspace')
  await mkdir(join(folder, 'chart/templates'), { recursive: true })
  await mkdir(workspace, { recursive: true })
  await writeFile(join(folder, 'chart/Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 1.0.0\n')
  await writeFile(join(folder, 'chart/templates/all.yaml'), text)
  await writeFile(join(workspace, 'all.yaml'), text)
  return join(workspace, 'all.yaml')
}

function configMap(index: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `config-${index}` },
    data: { key: 'value', index: String(index) },
  })
}

function deployment(index: number): string {
  const labels = { app: `app-${index}` }
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `app-${index}` },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
    },
  })
}

/** The definition of the custom resources. */
export const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.oke-pipeline.dev' },
  spec: {
    group: 'bench.oke-pipeline.dev',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' } } },
            },
          },
        },
      },
    ],
  },
}

function widget(index: number): string {
  return JSON.stringify({
    apiVersion: 'bench.oke-pipeline.dev/v1',
    kind: 'Widget',
    metadata: { name: `widget-${index}` },
    spec: { size: index },
  })
}
