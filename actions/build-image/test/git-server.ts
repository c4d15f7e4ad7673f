import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** A Git repository that a builder can fetch. */
export interface GitServer {
  readonly url: string
  close(): Promise<void>
}

/** Commits what is in a folder, and serves it on the loopback interface. */
export async function serveRepository(folder: string): Promise<GitServer> {
  const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.com']
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', folder, ...identity, ...args])
  }
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message', 'First')
  const port = await freePort()
  const where = [`--base-path=${folder}`, '--listen=127.0.0.1', `--port=${port}`]
  const daemon = spawn('git', ['daemon', '--export-all', '--reuseaddr', ...where, folder], {
    stdio: 'ignore',
  })
  await untilItListens(port)
  return {
    url: `git://127.0.0.1:${port}/.git#main`,
    async close() {
      daemon.kill()
      await once(daemon, 'exit')
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function untilItListens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await wait(50)
  }
  throw new Error('The Git server does not answer.')
}
