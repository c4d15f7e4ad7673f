import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { writeLayout } from '@oke-pipeline/testing'
import { currentLab } from '../../../test/setup/lab.ts'
import { copyLayoutToRegistry, openLayout, parseReference, resolveDigest } from '../src/index.ts'
import type { CopyResult, Credentials } from '../src/index.ts'
import { copyPorts } from './copy-ports.ts'
import type { CopyPorts } from './copy-ports.ts'

const { secureRegistry } = currentLab()
if (secureRegistry === undefined) throw new Error('The lab has no secure registry')
const { host, username, password, reader, caFile } = secureRegistry
const authorities = getCACertificates('default')

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secure-'))
})

afterAll(async () => {
  setDefaultCACertificates(authorities)
  await rm(folder, { recursive: true })
})

async function push(
  credentials?: Credentials,
  ports: CopyPorts = copyPorts(),
): Promise<CopyResult> {
  const layout = await writeLayout({
    folder: join(folder, randomBytes(4).toString('hex')),
    layers: [{ app: randomBytes(100_000) }],
  })
  const reference = parseReference(`${host}/team/app-${randomBytes(4).toString('hex')}`)
  const target = { reference, credentials, tags: [{ name: '1', mayMove: false }] }
  const result = await copyLayoutToRegistry(await openLayout(layout.path), target, ports)
  const found = await resolveDigest({ ...reference, tag: '1' }, credentials, ports)
  expect(found).toBe(layout.digest)
  return result
}

describe('a registry with TLS and tokens', () => {
  it('is not spoken to when its certificate is not trusted, and the error says what to do', async () => {
    const ports = copyPorts()
    await expect(push({ username, password }, ports)).rejects.toMatchObject({
      name: 'ServiceError',
      title: `No secure connection to registry ${host}`,
      isRetryable: false,
    })
    await expect(push({ username, password }, ports)).rejects.toThrow('NODE_EXTRA_CA_CERTS')
    expect(ports.sleptSeconds).toEqual([])
  })

  describe('with a certificate that is trusted', () => {
    beforeAll(async () => {
      setDefaultCACertificates([...authorities, await readFile(caFile, 'utf8')])
    })

    it('takes the image of a user who may push, and its tokens are masked', async () => {
      const ports = copyPorts()
      expect((await push({ username, password }, ports)).alreadyExisted).toBe(false)
      // One for pushing and one for reading, however many requests there were.
      expect(ports.masked).toHaveLength(2)
      expect(ports.masked[0]).toMatch(/^ey/)
      expect(ports.lines.join('\n')).not.toContain(ports.masked[0])
    })

    it('lets blobs be taken over from a repository that the token may read', async () => {
      const layout = await writeLayout({
        folder: join(folder, randomBytes(4).toString('hex')),
        layers: [{ app: randomBytes(1000) }],
      })
      const [from, to] = ['from', 'to'].map((name) =>
        parseReference(`${host}/team/${name}-${randomBytes(4).toString('hex')}`),
      )
      if (from === undefined || to === undefined) throw new Error('no names')
      const opened = await openLayout(layout.path)
      const login = { credentials: { username, password }, tags: [] }
      await copyLayoutToRegistry(opened, { reference: from, ...login }, copyPorts())
      const mountFrom = [from.repository]
      const mounted = await copyLayoutToRegistry(
        opened,
        { reference: to, mountFrom, ...login },
        copyPorts(),
      )
      expect(mounted.entries.map(({ outcome }) => outcome)).toEqual([
        'mounted',
        'mounted',
        'pushed',
      ])
    })

    it('refuses a wrong password at once', async () => {
      const ports = copyPorts()
      const refused = push({ username, password: 'wrong' }, ports)
      await expect(refused).rejects.toMatchObject({
        title: `Registry "${host}" refuses the credentials of "${username}"`,
        status: 401,
      })
      await expect(refused).rejects.not.toThrow('wrong')
      expect(ports.sleptSeconds).toEqual([])
    })

    it('refuses someone who gives no credentials', async () => {
      await expect(push()).rejects.toMatchObject({
        name: 'ServiceError',
        status: 401,
        title: `Registry "${host}" asks for credentials`,
      })
    })

    it('refuses a user who may only read', async () => {
      const refused = push(reader)
      await expect(refused).rejects.toMatchObject({ name: 'ServiceError' })
      await expect(refused).rejects.toThrow(`denies "${reader.username}" access`)
    })
  })
})
