import type { HttpRequest, Place } from '@oke-pipeline/core'
import type { Expectation } from './expectation.ts'

/** How a container of the image is run, beside what the image says itself. */
export interface ContainerOptions {
  readonly environment: Readonly<Record<string, string>>
  readonly user: string | undefined
  readonly isReadOnly: boolean
  /** As engines take it: `128m`. */
  readonly memory: string | undefined
  /** What runs beside it. */
  readonly services: readonly Service[]
}

/** When something that was started counts as ready. */
export type Readiness =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'http'; readonly port: number; readonly path: string; readonly status: number }
  | { readonly kind: 'log'; readonly pattern: RegExp }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'health' }

/** What every test has. */
interface NamedTest {
  readonly name: string
  /** Where the test is written; absent for the tests that inputs describe. */
  readonly place: Place | undefined
}

/** A test that runs a container. */
interface ContainerTest extends NamedTest {
  readonly container: ContainerOptions
  readonly timeoutSeconds: number
}

/** Runs a program of the image to its end. */
export interface CommandTest extends ContainerTest {
  readonly kind: 'command'
  /** In place of ENTRYPOINT and CMD; with `args` instead, ENTRYPOINT stays. */
  readonly command: readonly string[] | undefined
  readonly args: readonly string[] | undefined
  readonly setup: readonly (readonly string[])[]
  readonly teardown: readonly (readonly string[])[]
  readonly exitStatus: number
  readonly stdout: Expectation | undefined
  readonly stderr: Expectation | undefined
}

/** A request, and the answer that is wanted. */
export interface HttpExchange {
  readonly method: HttpRequest['method']
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly status: number
  readonly responseHeaders: Readonly<Record<string, Expectation>>
  readonly responseBody: Expectation | undefined
  readonly isRedirectShown: boolean
}

/** Starts the image as it is, and asks it over HTTP. */
export interface HttpTest extends ContainerTest {
  readonly kind: 'http'
  readonly port: number
  readonly requests: readonly HttpExchange[]
}

/** Starts the image as it is, and waits until it is ready; `timeoutSeconds` is the limit. */
export interface StartTest extends ContainerTest {
  readonly kind: 'start'
  readonly ready: Readiness
}

/** Starts the image as it is, asks it to end, and waits until it has. */
export interface StopTest extends ContainerTest {
  readonly kind: 'stop'
  readonly ready: Readiness | undefined
  readonly withinSeconds: number
  /** Absent: 0, or what the signal makes of it. */
  readonly exitStatuses: readonly number[] | undefined
}

/** A value that must be that text, or as expected. */
export type ValueExpectation =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expectation'; readonly expectation: Expectation }

/** What is expected of a path in the image. */
export interface FileExpectation {
  readonly path: string
  readonly isAbsent: boolean
  readonly type: 'file' | 'folder' | 'link' | undefined
  /** The lowest twelve bits. */
  readonly mode: number | undefined
  readonly uid: number | undefined
  readonly gid: number | undefined
  readonly executableBy: 'owner' | 'group' | 'other' | 'any' | undefined
  readonly content: Expectation | undefined
}

/** Looks at the image without running it. */
export interface StructureTest extends NamedTest {
  readonly kind: 'structure'
  readonly user: string | undefined
  readonly entrypoint: readonly string[] | undefined
  readonly cmd: readonly string[] | undefined
  readonly workdir: string | undefined
  readonly environment: Readonly<Record<string, ValueExpectation>>
  readonly absentEnvironment: readonly string[]
  readonly labels: Readonly<Record<string, ValueExpectation>>
  /** `8080/tcp`. */
  readonly ports: readonly string[]
  readonly absentPorts: readonly string[]
  readonly volumes: readonly string[]
  readonly absentVolumes: readonly string[]
  readonly files: readonly FileExpectation[]
}

/** A test of an image. */
export type ImageTest = CommandTest | HttpTest | StartTest | StopTest | StructureTest

/** A test that runs the image. */
export type RunningTest = Exclude<ImageTest, StructureTest>

/** Something that runs beside the image in a test, such as a database. */
export interface Service {
  /** The host name that the image reaches it by. */
  readonly name: string
  readonly source:
    | { readonly kind: 'image'; readonly reference: string }
    | { readonly kind: 'layout'; readonly path: string }
  readonly environment: Readonly<Record<string, string>>
  /** Names of variables whose values the input `secret-environment` gives. */
  readonly secretNames: readonly string[]
  readonly args: readonly string[] | undefined
  readonly waitFor: Readiness
  readonly timeoutSeconds: number
  readonly place: Place
}

/** A file that tests were read from. */
export interface TestsSource {
  readonly file: string
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string
}

/** All tests of an image, and where they are written. */
export interface Suite {
  readonly tests: readonly ImageTest[]
  readonly sources: readonly TestsSource[]
}
