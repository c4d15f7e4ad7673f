import { afterEach, describe, expect, it } from '@jest/globals'
import { currentLab } from '../../setup/lab.ts'
import { runCommand, tryCommand } from '../command.ts'

const { environment } = currentLab()
const busybox = 'busybox:1'
const network = `lab-test-${process.pid}`

async function docker(...args: readonly string[]): Promise<string> {
  return (await runCommand('docker', args, { environment })).trim()
}

afterEach(async () => {
  await tryCommand('docker', ['rm', '--force', `${network}-server`], { environment })
  await tryCommand('docker', ['network', 'rm', network], { environment })
})

describe('the docker engine of the lab', () => {
  it('is Debian’s own, with overlay2', async () => {
    const format = '{{.ServerVersion}} {{.Driver}} {{.DockerRootDir}}'
    expect(await docker('info', '--format', format)).toMatch(/^20\.10\.\S+ overlay2 .*oke-lab/)
  })

  it('runs an image of the lab’s registry, and passes on its exit status', async () => {
    const result = await tryCommand('docker', ['run', '--rm', busybox, 'sh', '-c', 'exit 7'], {
      environment,
    })
    expect(result).toMatchObject({ exitCode: 7 })
  })

  it('publishes ports on the machine, and lets containers of a network find each other', async () => {
    await docker('network', 'create', network)
    const place = ['--name', `${network}-server`, '--network', network, '--network-alias', 'server']
    const server = ['busybox', 'httpd', '-f', '-p', '8080', '-h', '/etc']
    await docker('run', '--detach', ...place, '--publish', '127.0.0.1::8080', busybox, ...server)
    const wget = ['wget', '-q', '-O', '-', 'http://server:8080/passwd']
    expect(await docker('run', '--rm', '--network', network, busybox, ...wget)).toContain('root')
    const address = await docker('port', `${network}-server`, '8080/tcp')
    const response = await fetch(`http://${address}/passwd`)
    expect(await response.text()).toContain('root')
  })

  it('holds a container to its memory', async () => {
    const memory = ['--memory', '16m', '--memory-swap', '16m']
    const fill = ['run', '--rm', ...memory, busybox, 'tail', '/dev/zero']
    expect(await tryCommand('docker', fill, { environment })).toMatchObject({ exitCode: 137 })
  })
})
