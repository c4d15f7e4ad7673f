import { type KeeperMessage, type KeeperRequest, isKeeperRequest } from './keeper-protocol.ts'
import { Keeper } from './lab-keeper.ts'

const keeper = new Keeper(send)

function send(message: KeeperMessage): void {
  // The owner may be gone; that is noticed by the disconnect event, and nobody is left to be told.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

async function end(exitCode: number): Promise<void> {
  await keeper.stop()
  process.exit(exitCode)
}

async function start(request: KeeperRequest): Promise<void> {
  if (!(await keeper.start(request))) await end(1)
}

process.on('message', (message) => {
  if (message === 'stop') void end(0)
  else if (isKeeperRequest(message)) void start(message)
})
process.on('disconnect', () => {
  if (!keeper.isDetached()) void end(0)
})
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(0))
process.on('uncaughtException', (error) => {
  send({ type: 'failed', problem: error.stack ?? error.message })
  void end(1)
})
