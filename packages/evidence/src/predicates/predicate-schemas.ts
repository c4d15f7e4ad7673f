import type * as v from 'valibot'
import { predicateTypes } from '../statement.ts'
import { provenanceSchema } from './provenance-schema.ts'
import { cyclonedxSchema, spdxSchema } from './sbom.ts'
import { testResultSchema } from './test-result.ts'
import { vulnerabilitiesSchema } from './vulnerabilities.ts'

/** How the predicates that are known here are read, by their type. */
export const predicateSchemas: Readonly<Record<string, v.GenericSchema>> = {
  [predicateTypes.provenance]: provenanceSchema,
  [predicateTypes.spdx]: spdxSchema,
  [predicateTypes.cyclonedx]: cyclonedxSchema,
  [predicateTypes.testResult]: testResultSchema,
  [predicateTypes.vulnerabilities]: vulnerabilitiesSchema,
}
