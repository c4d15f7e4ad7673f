import type { Binding } from '../scan-report.ts'
import { imageOfCycloneDx } from './cyclonedx-reader.ts'
import { anonymous, bind } from './image-binding.ts'
import type { CarriedIdentity } from './image-binding.ts'
import type { ImageIdentity } from './image-identity.ts'
import { asObject, Malformed, optionalObject } from './json-value.ts'
import { unusable } from './problems.ts'
import { imagesOfSpdx } from './spdx-reader.ts'

/**
 * Compares the image that an SBOM says it describes with the one that is judged.
 * @throws GateError when it is no SBOM, or one of another image.
 */
export function bindInventory(text: string, name: string, image: ImageIdentity): Binding {
  try {
    return bind(`"${name}"`, identityIn(asObject(JSON.parse(text))), image)
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw unusable(`"${name}"`, 'It is not JSON, or it was cut off.', error)
    }
    if (!(error instanceof Malformed)) throw error
    throw unusable(`"${name}"`, `At ${error.place}: it ${error.problem}.`, error)
  }
}

function identityIn(document: Readonly<Record<string, unknown>>): CarriedIdentity {
  if (document.bomFormat === 'CycloneDX') {
    const component = optionalObject(optionalObject(document, 'metadata') ?? {}, 'component')
    return component === undefined ? anonymous : imageOfCycloneDx(component)
  }
  if (typeof document.spdxVersion === 'string') return imagesOfSpdx(document)
  throw new Malformed('bomFormat', 'is missing: it is neither CycloneDX nor SPDX in JSON')
}
