import { readFile } from 'node:fs/promises'
import type { GatewaySettings } from '@oke-pipeline/testing'
import type { LabUnderTest } from './lab.ts'

/** The lab's API server, and the certificate of its administrator, who may impersonate anybody. */
export async function apiServerOf({
  kubernetes,
}: LabUnderTest): Promise<GatewaySettings['target']> {
  if (kubernetes === undefined) throw new Error('This test needs a cluster.')
  const { server, caFile, admin } = kubernetes
  const [ca = '', cert = '', key = ''] = await Promise.all(
    [caFile, admin.certificateFile, admin.keyFile].map((file) => readFile(file, 'utf8')),
  )
  return { url: new URL(server), tls: { ca, cert, key } }
}
