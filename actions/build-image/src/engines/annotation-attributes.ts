import type { Assignment } from '@oke-pipeline/core'

/**
 * Annotations as the exporter takes them. Users write them as for buildx:
 * `index,manifest[linux/amd64]:name=value`, by default for the manifest.
 */
export function annotationAttributes(annotations: readonly Assignment[]): readonly string[] {
  return annotations.flatMap(({ name, value }) => {
    const match = /^((?:(?:index|manifest)(?:-descriptor)?(?:\[[^\]]*\])?,?)+):(.+)$/.exec(name)
    const [, targets = 'manifest', key = name] = match ?? []
    return targets.split(',').map((target) => `${attributeOf(target)}.${key}=${value}`)
  })
}

function attributeOf(target: string): string {
  return target === 'manifest' ? 'annotation' : `annotation-${target}`
}
