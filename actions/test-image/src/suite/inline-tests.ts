import type { Inputs } from '../declaration.ts'
import type { Defaults } from './defaults.ts'
import type { CommandTest, HttpTest, ImageTest } from './suite.ts'

const shownCharacters = 100

/** The tests that the inputs of the action describe, without a file. */
export function inlineTests(inputs: Inputs, defaults: Defaults): readonly ImageTest[] {
  const base = {
    place: undefined,
    container: {
      environment: defaults.environment,
      user: defaults.user,
      isReadOnly: defaults.isReadOnly,
      memory: undefined,
      services: [],
    },
    timeoutSeconds: defaults.timeoutSeconds,
  }
  return [commandTest(inputs), httpTest(inputs)].flatMap((test) =>
    test === undefined ? [] : [{ ...base, ...test }],
  )
}

type Common = 'place' | 'container' | 'timeoutSeconds'

function commandTest({ command }: Inputs): Omit<CommandTest, Common> | undefined {
  if (command === undefined || command.length === 0) return undefined
  return {
    kind: 'command',
    name: `Command ${shortened(command.join(' '))}`,
    command,
    args: undefined,
    setup: [],
    teardown: [],
    exitStatus: 0,
    stdout: undefined,
    stderr: undefined,
  }
}

function httpTest(inputs: Inputs): Omit<HttpTest, Common> | undefined {
  const port = inputs['http-port']
  const path = inputs['http-path']
  if (port === undefined) return undefined
  const request = {
    method: 'GET',
    path,
    headers: {},
    body: undefined,
    status: inputs['http-status'],
    responseHeaders: {},
    responseBody: undefined,
    isRedirectShown: false,
  } as const
  return { kind: 'http', name: `GET ${path} on port ${port}`, port, requests: [request] }
}

function shortened(text: string): string {
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`
}
