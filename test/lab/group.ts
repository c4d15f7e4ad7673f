import type { Addresses } from './addresses.ts'
import type { BaseImagesDetails } from './parts/base-images.ts'
import type { BuilderDetails } from './parts/builder.ts'
import type { DockerDetails } from './parts/docker.ts'
import type { KubernetesDetails } from './parts/kubernetes.ts'
import type { ReferrersRegistryDetails } from './parts/referrers-registry.ts'
import type { RegistryDetails } from './parts/registry.ts'
import type { RunnerDetails } from './parts/runner.ts'
import type { ScannerDetails } from './parts/scanner.ts'
import type { SecureRegistryDetails } from './parts/secure-registry.ts'
import type { TrivyDetails } from './parts/trivy.ts'
import type { Part } from './provision/part.ts'
import type { SystemPackage } from './provision/system-packages.ts'

/** What each group tells about itself once it runs: plain data that survives JSON. */
export interface GroupDetails {
  readonly kubernetes: KubernetesDetails
  readonly registry: RegistryDetails
  readonly 'secure-registry': SecureRegistryDetails
  readonly 'referrers-registry': ReferrersRegistryDetails
  readonly 'base-images': BaseImagesDetails
  readonly builder: BuilderDetails
  readonly docker: DockerDetails
  readonly scanner: ScannerDetails
  readonly trivy: TrivyDetails
  readonly runner: RunnerDetails
  readonly kubectl: ToolDetails
  readonly helm: ToolDetails
  readonly helm3: ToolDetails
  readonly kustomize: ToolDetails
  readonly skopeo: ToolDetails
  readonly kapp: ToolDetails
  readonly crane: ToolDetails
  readonly umoci: ToolDetails
}

/** Name of something that a lab can be asked to run or to have. */
export type PartGroup = keyof GroupDetails

/** A command-line tool of the lab; it is on the lab's PATH as well. */
export interface ToolDetails {
  readonly path: string
}

/** What a started group gives to the lab. */
export interface Contribution<Name extends PartGroup> {
  readonly details: GroupDetails[Name]
  /** Variables that point tools at the lab (KUBECONFIG, BUILDX_BUILDER and the like); PATH is the lab's own business. */
  readonly environment?: Readonly<Record<string, string>>
  /** Version of each program, for the status report. */
  readonly versions?: Readonly<Record<string, string>>
}

/** A group: a module test/lab/parts/<name>.ts exports one as `group`. */
export interface GroupDefinition<Name extends PartGroup> {
  readonly name: Name
  /** Groups that are started even if nobody asked for them, and that run before this one starts. */
  readonly requires: readonly PartGroup[]
  /** Groups that, where they are asked for anyway, run before this one starts. */
  readonly after?: readonly PartGroup[]
  readonly systemPackages: readonly SystemPackage[]
  /** Provided before start is called, in parallel to other groups, and linked into the lab's PATH folder. */
  readonly parts: readonly Part[]
  start(context: GroupContext): Promise<Contribution<Name>>
}

/** How a program is run. */
export interface SpawnOptions {
  /** Added to a minimal environment (PATH, HOME and TMPDIR of the lab). */
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  /** `node` is the network namespace of the Kubernetes node; the default is the machine's network. */
  readonly network?: 'host' | 'node'
}

/** A program that runs until the lab stops; if it ends before, the lab fails and says so with the end of its log. */
export interface Supervised {
  /** On the machine, not inside the lab's process namespace. */
  readonly pid: number
  readonly logFile: string
}

/** A certificate and its key, in files. */
export interface KeyPair {
  readonly certificateFile: string
  readonly keyFile: string
}

/** What a certificate that the lab's authority signs is for. */
export interface CertificateRequest {
  readonly commonName: string
  readonly organization?: string
  /** IP addresses and DNS names. */
  readonly hosts?: readonly string[]
}

/** The lab's own certificate authority. */
export interface Authority {
  readonly certificateFile: string
  readonly keyFile: string
  issue(fileName: string, request: CertificateRequest): Promise<KeyPair>
}

/** What a group can use while it starts. */
export interface GroupContext {
  readonly labName: string
  /** Folder of this group inside the lab's folder; it exists, and goes away with the lab. */
  readonly directory: string
  /** The lab's PATH folder: links to every part. */
  readonly binDirectory: string
  /** Parent of every control group that the lab's programs make, as a path from the root of a hierarchy; removed with the lab. */
  readonly cgroup: string
  readonly authority: Authority
  /** The lab's network: the machine's end of the link to the node, address ranges, ports. */
  readonly addresses: Addresses
  readonly signal: AbortSignal
  log(line: string): void
  /** Path of an executable of one of the definition's parts. */
  provide(part: Part): Promise<string>
  /**
   * Starts a program in the lab's process and mount namespaces: everything it starts or mounts is gone when the lab is.
   * Its output goes to `logs/<name>.log` in the lab's folder.
   */
  spawn(name: string, file: string, args: readonly string[], options?: SpawnOptions): Supervised
  /** Runs a short command to its end, in the same namespaces, and gives its standard output; throws if it fails. */
  run(
    file: string,
    args: readonly string[],
    options?: SpawnOptions & { readonly input?: string },
  ): Promise<string>
  /** Polls until the check gives something else than undefined or false; what it throws counts as "not yet" and is part of the error. */
  waitFor<T>(
    description: string,
    check: () => Promise<T | undefined | false>,
    timeoutSeconds: number,
  ): Promise<T>
  /** A port that is free on 127.0.0.1 and that no other lab of this machine was given. */
  freePort(): Promise<number>
  /** Details of a group named in `requires`, or in `after` when it is asked for. */
  contribution<Name extends PartGroup>(name: Name): GroupDetails[Name]
  /** The same, undefined when that group is not part of this lab. */
  optionalContribution<Name extends PartGroup>(name: Name): GroupDetails[Name] | undefined
  /** Called, last one first, when the lab stops; programs and files of the lab need none. */
  onStop(cleanup: () => Promise<void>): void
  /** Makes the node's network namespace (once, by the kubernetes group) and gives the process that holds it. */
  createNodeNetwork(): Promise<number>
}
