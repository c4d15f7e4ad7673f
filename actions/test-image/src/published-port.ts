import type { Ports } from '@oke-pipeline/core'

/** The port of this machine that leads to a port of a container; undefined until it is open. */
export async function publishedPort(
  container: string,
  port: number,
  { exec }: Pick<Ports, 'exec'>,
): Promise<number | undefined> {
  const { exitCode, stdout } = await exec.run({
    file: 'podman',
    args: ['port', container, `${port}/tcp`],
  })
  const found = /^127\.0\.0\.1:(\d+)$/m.exec(stdout)?.[1]
  return exitCode === 0 && found !== undefined ? Number(found) : undefined
}
