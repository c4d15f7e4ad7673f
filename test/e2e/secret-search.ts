import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { runBundle } from '@oke-pipeline/testing'
import type { BundleResult, BundleRun } from '@oke-pipeline/testing'

/** A step whose secrets are known, and what the test itself has put where. */
export interface SecretStep {
  readonly run: BundleRun
  /** Given to the step: each must be masked, and be nowhere. */
  readonly secrets: readonly string[]
  /** Files below the folder of the run that the test wrote, secrets included. */
  readonly own?: readonly string[]
}

/** What a step and its `post` left and printed. */
export interface Searched {
  readonly main: BundleResult
  readonly post: BundleResult
  /** `<place>: <the secret's first characters>`; empty when nothing was found. */
  readonly leaks: readonly string[]
  /** Secrets that were given, and that no `::add-mask::` made known. */
  readonly unmasked: readonly string[]
  /** How many command lines of other processes were looked at. */
  readonly commandLines: number
}

/**
 * Runs the bundle of an action and its `post`, and searches for secrets in everything that they
 * print or leave, and in the command lines of all processes while they run. What the step masks is
 * a secret as well, such as the tokens that it is handed.
 */
export async function searchSecrets({ run, secrets, own = [] }: SecretStep): Promise<Searched> {
  const watch = watchCommandLines()
  const main = await runBundle(run)
  const post = await runBundle({ ...run, state: main.state })
  const lines = await watch.stop()
  const masks = [...maskedIn(main.log), ...maskedIn(post.log)]
  const wanted = [...secrets, ...masks].filter((secret) => secret.length >= shortestSecret)
  const places: readonly (readonly [string, string])[] = [
    ...printed('main', main),
    ...printed('post', post),
    ['a command line', [...lines].join('\n')],
    ...(await filesBelow(run.folder, own)),
  ]
  return {
    main,
    post,
    leaks: places.flatMap(([place, text]) => leaksIn(place, text, wanted)),
    unmasked: secrets.filter((secret) => !masks.some((mask) => mask.includes(secret))),
    commandLines: lines.size,
  }
}

/** Shorter ones would be found by chance. */
const shortestSecret = 8

function printed(step: string, result: BundleResult): readonly (readonly [string, string])[] {
  const { log, outputs, state, variables, summary } = result
  return [
    [`the log of ${step}`, log.replaceAll(/^::add-mask::.*$/gm, '')],
    [`the outputs of ${step}`, Object.values(outputs).join('\n')],
    [`the state of ${step}`, Object.values(state).join('\n')],
    [`the variables of ${step}`, Object.values(variables).join('\n')],
    [`the summary of ${step}`, summary],
  ]
}

function maskedIn(log: string): readonly string[] {
  return [...log.matchAll(/^::add-mask::(.*)$/gm)].map(([, value = '']) =>
    value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  )
}

function leaksIn(place: string, text: string, secrets: readonly string[]): readonly string[] {
  const found = secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)))
  return [...new Set(found)].map((secret) => `${place}: ${secret.slice(0, 12)}…`)
}

/** As it is, and as it is written in addresses, in JSON and in base64, wherever it starts there. */
function formsOf(secret: string): readonly string[] {
  const inBase64 = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${'x'.repeat(offset)}${secret}`).toString('base64')
    // The first and the last characters depend on what stands beside it.
    return text.slice(offset === 0 ? 0 : 4, -4)
  })
  const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]
  return [...forms, ...inBase64.filter((form) => form.length >= shortestSecret)]
}

async function filesBelow(
  folder: string,
  own: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !own.includes(relative(folder, path)))
  return Promise.all(
    paths.map(async (path) => [relative(folder, path), await readFile(path, 'latin1')] as const),
  )
}

/** Looks at the command lines of all processes of the machine, again and again. */
export function watchCommandLines(): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>()
  let isOver = false
  const watching = watch()
  return {
    async stop() {
      isOver = true
      await watching
      return seen
    },
  }

  async function watch(): Promise<void> {
    do {
      for (const line of await commandLines()) seen.add(line)
      await wait(2)
    } while (!isOver)
  }
}

async function commandLines(): Promise<readonly string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(
    processes.map(async (id) => {
      try {
        return (await readFile(join('/proc', id, 'cmdline'), 'utf8')).replaceAll('\0', ' ')
      } catch {
        // It has ended in between.
        return ''
      }
    }),
  )
}
