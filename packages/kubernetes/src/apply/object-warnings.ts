import type { Manifest } from '../manifest/manifest.ts'
import type { PreviewedObject } from './preview.ts'

/** What the server warns of when an object is applied: a deprecated version, Pod Security. */
export interface ObjectWarning {
  readonly manifest: Manifest
  readonly message: string
}

/**
 * The server's warnings with the objects that they are about. The server was not asked about
 * objects that stay as they are; that their version is deprecated it said when they were read.
 */
export function objectWarnings(
  objects: readonly PreviewedObject[],
  said: readonly string[],
): readonly ObjectWarning[] {
  return objects.flatMap(({ manifest, warnings = [] }) => {
    const ofKind = said.filter((message) => message.startsWith(deprecationOf(manifest)))
    return [...new Set([...warnings, ...ofKind])].map((message) => ({ manifest, message }))
  })
}

/** How the server's words on a deprecated version begin (k8s.io/apiserver, `deprecation`). */
function deprecationOf({ object: { apiVersion, kind } }: Manifest): string {
  return `${apiVersion} ${kind} is deprecated`
}
