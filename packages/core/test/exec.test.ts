import { describe, expect, it } from '@jest/globals'
import { ConfigurationError, ServiceError, systemExec } from '@oke-pipeline/core'

const node = process.execPath

function exec(signal = new AbortController().signal): ReturnType<typeof systemExec> {
  return systemExec({ PATH: process.env.PATH }, signal)
}

describe('systemExec', () => {
  it('passes arguments as they are, and gives status and output', async () => {
    const script = 'process.stdout.write(process.argv[1]); console.error("e"); process.exit(3)'
    const args = ['-e', script, '$(id) `id` "x" ; rm']
    await expect(exec().run({ file: node, args })).resolves.toEqual({
      exitCode: 3,
      stdout: '$(id) `id` "x" ; rm',
      stderr: 'e\n',
    })
  })

  it('hands over a secret by standard input', async () => {
    const args = ['-e', 'process.stdin.pipe(process.stdout)']
    const { stdout } = await exec().run({ file: node, args, input: 'secret' })
    expect(stdout).toBe('secret')
  })

  it('hands over more than fits in memory, piece by piece', async () => {
    const pieces = 200
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let piece = 0; piece < pieces; piece += 1)
        yield await Promise.resolve(Buffer.alloc(65_536))
    }
    const script =
      'let n = 0; process.stdin.on("data", (c) => (n += c.length)).on("end", () => console.log(n))'
    const { stdout } = await exec().run({ file: node, args: ['-e', script], input: source() })
    expect(stdout).toBe(`${pieces * 65_536}\n`)
  })

  it('minds no program that ends before it has read its input', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield await Promise.resolve(Buffer.alloc(65_536))
    }
    const args = ['-e', 'process.exit(4)']
    const outcome = await exec().run({ file: node, args, input: endless() })
    expect(outcome.exitCode).toBe(4)
  })

  it('takes no half of an input for all of it', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('half'))
      throw new Error('unreadable')
    }
    const args = ['-e', 'process.stdin.pipe(process.stdout)']
    await expect(exec().run({ file: node, args, input: broken() })).rejects.toThrow(
      'What it was to be given could not be read: unreadable',
    )
  })

  it('tells of each line as it comes', async () => {
    const lines: string[] = []
    const args = ['-e', 'console.log("a\\nb"); process.stdout.write("c")']
    await exec().run({ file: node, args, onLine: (line) => lines.push(line) })
    expect(lines).toEqual(['a', 'b', 'c'])
  })

  it('tells of a line of ten megabytes as one, and keeps no more than it is asked to', async () => {
    const lengths: number[] = []
    const script = 'process.stdout.write("x".repeat(1e7) + "\\r\\nend\\n")'
    const onLine = (line: string): void => void lengths.push(line.length)
    const { stdout } = await exec().run({ file: node, args: ['-e', script], onLine, keepsLast: 8 })
    expect(lengths).toEqual([1e7, 3])
    expect(stdout.slice(-6)).toBe('\r\nend\n'.slice(-6))
    expect(stdout.length).toBeLessThanOrEqual(16)
  })

  it('tells of a line without end in pieces', async () => {
    const lengths: number[] = []
    const script = 'process.stdout.write("x".repeat(4e7))'
    const onLine = (line: string): void => void lengths.push(line.length)
    await exec().run({ file: node, args: ['-e', script], onLine, keepsLast: 8 })
    expect(lengths.length).toBeGreaterThan(1)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(4e7)
  })

  it('gives the process only the environment that it was made with', async () => {
    const args = ['-e', 'console.log(Object.keys(process.env).sort().join())']
    const { stdout } = await exec().run({ file: node, args, environment: { A: '1' } })
    expect(stdout).toBe('A,PATH\n')
  })

  it('says that a program is missing', async () => {
    const running = exec().run({ file: 'no-such-program', args: [] })
    await expect(running).rejects.toThrow(ConfigurationError)
    await expect(running).rejects.toThrow(/"no-such-program" was not found/)
  })

  it('ends a program that takes too long', async () => {
    const args = ['-e', 'setInterval(() => {}, 1000)']
    const running = exec().run({ file: node, args, timeoutSeconds: 0.3 })
    await expect(running).rejects.toThrow(ServiceError)
  })

  it('ends programs when the job is cancelled', async () => {
    const controller = new AbortController()
    const args = ['-e', 'console.log(1); setInterval(() => {}, 1000)']
    const onLine = (): void => controller.abort()
    const running = exec(controller.signal).run({ file: node, args, onLine })
    await expect(running).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  })

  it('does not mind a program that reads no input', async () => {
    const running = exec().run({ file: node, args: ['-e', '0'], input: 'x'.repeat(1 << 20) })
    await expect(running).resolves.toMatchObject({ exitCode: 0 })
  })
})
