import { describe, expect, it } from '@jest/globals'
import { reachOf } from '../src/registry/private-host.ts'

describe('reachOf', () => {
  it.each([
    { host: '127.0.0.1', is: 'loopback' },
    { host: '127.8.9.1', is: 'loopback' },
    { host: '0.0.0.0', is: 'loopback' },
    { host: '[::1]', is: 'loopback' },
    { host: '[::]', is: 'loopback' },
    { host: '[::ffff:127.0.0.1]', is: 'loopback' },
    { host: 'localhost', is: 'loopback' },
    { host: 'a.localhost.', is: 'loopback' },
    { host: '169.254.169.254', is: 'link-local' },
    { host: '192.0.0.192', is: 'link-local' },
    { host: '[fe80::1]', is: 'link-local' },
    { host: '[::ffff:169.254.169.254]', is: 'link-local' },
    { host: '10.0.0.1', is: 'private' },
    { host: '172.31.255.255', is: 'private' },
    { host: '192.168.1.1', is: 'private' },
    { host: '100.100.0.1', is: 'private' },
    { host: '[fd00::1]', is: 'private' },
    { host: '172.32.0.1', is: 'public' },
    { host: '8.8.8.8', is: 'public' },
    { host: '[2603:c020::1]', is: 'public' },
  ])('takes $host for $is', async ({ host, is }) => {
    expect(await reachOf(host, () => Promise.resolve([]))).toBe(is)
  })

  it.each([
    {
      name: 'a name with a private address among others',
      found: ['8.8.8.8', '10.1.1.1'],
      is: 'private',
    },
    {
      name: 'a name that leads to the metadata service',
      found: ['169.254.169.254'],
      is: 'link-local',
    },
    { name: 'a name on the internet', found: ['8.8.8.8', '2603:c020::1'], is: 'public' },
    { name: 'a name that is not known here', found: [], is: 'public' },
  ])('takes $name for $is', async ({ found, is }) => {
    expect(await reachOf('auth.example', () => Promise.resolve(found))).toBe(is)
  })

  it('reads forms of addresses as URLs do', async () => {
    for (const text of ['https://0x7f.1/', 'https://2130706433/', 'https://0177.0.0.1/']) {
      expect(await reachOf(new URL(text).hostname)).toBe('loopback')
    }
  })
})
