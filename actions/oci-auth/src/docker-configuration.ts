import { readFile, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigurationError, messageOf, systemCodeOf } from '@oke-pipeline/core'
import type { RegistryLogin } from '@oke-pipeline/oci'
import * as v from 'valibot'
import type { JobFolder } from './job-folder.ts'

const configurationSchema = v.looseObject({
  auths: v.nullish(v.record(v.string(), v.unknown()), {}),
  credHelpers: v.nullish(v.record(v.string(), v.string()), {}),
  credsStore: v.nullish(v.string()),
})

/**
 * Makes a configuration folder of docker for the job: what the user's has, and a login. The user's
 * own stays as it is, so that nothing has to be taken out of it afterwards.
 */
export async function writeDockerConfiguration(
  login: RegistryLogin,
  original: string,
  folder: JobFolder,
): Promise<string> {
  const before = await readConfiguration(join(original, 'config.json'))
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64')
  const after = {
    ...before,
    auths: { ...before.auths, [login.host]: { auth } },
    // Where a program keeps the logins, docker looks for none in the file, but for this host.
    ...((before.credsStore ?? '') === ''
      ? {}
      : { credHelpers: { ...before.credHelpers, [login.host]: '' } }),
  }
  await folder.write('docker/config.json', JSON.stringify(after, undefined, 2))
  const path = join(folder.path, 'docker')
  await linkOthers(original, path)
  return path
}

async function readConfiguration(path: string): Promise<v.InferOutput<typeof configurationSchema>> {
  try {
    return v.parse(configurationSchema, JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return v.parse(configurationSchema, {})
    throw new ConfigurationError({
      title: `The configuration of docker, "${path}", cannot be read`,
      explanation: `${messageOf(error)}.`,
      remedy: 'Correct the file, or point DOCKER_CONFIG to another folder.',
      cause: error,
    })
  }
}

/** Builders, contexts and plugins are in the same folder: docker must still find them. */
async function linkOthers(original: string, path: string): Promise<void> {
  for (const name of await namesIn(original)) {
    if (name !== 'config.json') await symlink(join(original, name), join(path, name))
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return []
    throw error
  }
}
