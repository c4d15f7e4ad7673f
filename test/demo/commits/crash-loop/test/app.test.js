import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { createApp } from '../app.js'
import { SettingError, readSettings } from '../settings.js'

const DATABASE_URL = 'postgres://db.example/hello'

describe('hello', () => {
  const logged = []
  let server
  let origin

  before(async () => {
    const settings = readSettings({ PORT: '0', GREETING: 'Good morning', DATABASE_URL })
    server = createApp(settings, (line) => logged.push(line))
    server.listen(settings.port, '127.0.0.1')
    await once(server, 'listening')
    origin = `http://127.0.0.1:${server.address().port}`
  })

  after(() => server.close())

  it('greets, and says which version it is', async () => {
    const response = await fetch(origin)
    const { greeting, version } = await response.json()
    assert.equal(response.status, 200)
    assert.equal(greeting, 'Good morning')
    assert.match(version, /^\d+\.\d+\.\d+$/)
  })

  it('is healthy', async () => {
    const response = await fetch(`${origin}/healthz`)
    assert.deepEqual(await response.json(), { status: 'ok' })
  })

  it('knows no other pages and no other methods', async () => {
    assert.equal((await fetch(`${origin}/constructor`)).status, 404)
    assert.equal((await fetch(origin, { method: 'DELETE' })).status, 405)
  })

  it('logs a line for each request', async () => {
    await (await fetch(`${origin}/?from=test`)).text()
    while (!logged.some((line) => line.startsWith('GET /?from=test 200'))) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
})

describe('settings', () => {
  it('refuses a port that is none', () => {
    for (const PORT of ['', '-1', '80a', '70000']) {
      assert.throws(() => readSettings({ PORT, DATABASE_URL }), SettingError)
    }
  })

  it('needs a database', () => {
    assert.throws(() => readSettings({}), SettingError)
    assert.equal(readSettings({ DATABASE_URL }).databaseUrl.hostname, 'db.example')
  })
})
