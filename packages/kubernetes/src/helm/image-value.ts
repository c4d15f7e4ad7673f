import { fieldOf, isJsonObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { pinnedName } from '../manifest/put-image.ts'
import type { ImageToPut } from '../manifest/put-image.ts'

/**
 * The values that put an image where a chart wants it: `repository` and `digest` (and `registry`,
 * where the chart has that apart) of a mapping, or the whole reference where the chart has a text.
 * Undefined when the chart has something else at this path.
 * @param path names the value: `image`, or `web.image`.
 * @param values are those that the chart has without the image.
 */
export function valuesOfImage(
  path: string,
  values: JsonObject,
  image: ImageToPut,
): JsonObject | undefined {
  const names = path.split('.')
  const present = fieldOf(values, ...names)
  if (typeof present === 'string') return nested(names, pinnedName(image))
  if (present !== undefined && present !== null && !isJsonObject(present)) return undefined
  return nested(names, imageFields(present ?? {}, image))
}

function imageFields(present: JsonObject, { repository, digest }: ImageToPut): JsonObject {
  if (!('registry' in present)) return { repository, digest }
  const slash = repository.indexOf('/')
  return {
    registry: repository.slice(0, slash),
    repository: repository.slice(slash + 1),
    digest,
  }
}

function nested(names: readonly string[], value: Json): JsonObject {
  const [name = '', ...rest] = names
  return { [name]: rest.length === 0 ? value : nested(rest, value) }
}
