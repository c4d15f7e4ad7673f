import { code, document, escaped, heading, table } from '@oke-pipeline/core'
import type { AuthResult } from './run.ts'

/** The job summary of a session. */
export function renderSummary({ identity, expiresAt, registry, kubeconfig }: AuthResult): string {
  return document(
    heading('Signed in to Oracle Cloud'),
    table(
      ['', ''],
      [
        ['Identity', escaped(identity.session.description)],
        ['By', code(identity.way)],
        ['Region', code(identity.region.id)],
        ['Good until', escaped(expiresAt.toISOString())],
        ['Registry', registry === undefined ? 'not logged in' : code(registry)],
        ['Cluster', kubeconfig === undefined ? 'none' : 'in `KUBECONFIG`'],
      ],
    ),
  )
}
