import { cp, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { output } from './program.ts'

const root = resolve(import.meta.dirname, '../..')

/** A change to the example application that one scenario is about. */
export interface Commit {
  readonly message: string
  /** Folders that are copied over the application: from where, to where in the repository. */
  readonly changes: readonly { readonly from: string; readonly to: string }[]
}

/** A git repository of the example application, as its users would have it. */
export interface ApplicationRepository {
  readonly folder: string
  /** Commits a change and returns the commit's hash. */
  commit(commit: Commit): Promise<string>
}

/** Makes a repository that is empty but for its remote, from which the runner takes its name. */
export async function createRepository(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<ApplicationRepository> {
  const git = (...args: readonly string[]): Promise<string> =>
    output('git', args, { directory: folder, environment: { ...environment, ...identity } })
  await mkdir(folder, { recursive: true })
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('remote', 'add', 'origin', 'https://github.com/acme/hello.git')
  return {
    folder,
    async commit({ message, changes }) {
      for (const { from, to } of changes) {
        await cp(resolve(root, from), join(folder, to), { recursive: true })
      }
      await git('add', '--all', '--force')
      await git('commit', '--quiet', '--message', message)
      return (await git('rev-parse', 'HEAD')).trim()
    },
  }
}

const identity = {
  GIT_AUTHOR_NAME: 'Octo Cat',
  GIT_AUTHOR_EMAIL: 'octocat@example.com',
  GIT_COMMITTER_NAME: 'Octo Cat',
  GIT_COMMITTER_EMAIL: 'octocat@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
}
