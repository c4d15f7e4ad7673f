import { connect } from 'node:net'

/** Whether something answers HTTP requests at that address, with whatever status. */
export async function isAnswering(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  await response.body?.cancel()
  return true
}

/** Whether something takes connections at that port of the loopback interface. */
export async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('timeout', () => socket.destroy(new Error(`no answer at port ${port}`)))
    socket.once('error', reject)
  })
}
