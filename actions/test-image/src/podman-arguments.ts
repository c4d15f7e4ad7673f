/** How the image is run: what the inputs say, and nothing of the job but that. */
export interface ContainerSettings {
  readonly container: string
  /** The image by name and digest. */
  readonly image: string
  /** A file of `NAME=value` lines, so that no value is on the command line. */
  readonly environmentFile: string | undefined
  readonly user: string | undefined
  readonly isReadOnly: boolean
}

/** What of the image is run. */
export type ContainerStart =
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | { readonly kind: 'service'; readonly port: number }

/**
 * The arguments of `podman run`. Capabilities, limits and network are the engine's own, close to
 * those of a pod without a security context, so that the image meets here what it meets there.
 */
export function runArguments(
  settings: ContainerSettings,
  start: ContainerStart,
): readonly string[] {
  return [
    'run',
    ...['--name', settings.container],
    ...['--pull', 'never'],
    ...['--log-driver', 'k8s-file'],
    // The engine would hand the proxy variables of the job to the container.
    '--http-proxy=false',
    ...option('--env-file', settings.environmentFile),
    ...option('--user', settings.user),
    // Kubernetes gives a read-only container no writable /tmp and /run; podman would.
    ...(settings.isReadOnly ? ['--read-only', '--read-only-tmpfs=false'] : []),
    ...startArguments(start),
    settings.image,
  ]
}

function startArguments(start: ContainerStart): readonly string[] {
  return start.kind === 'command'
    ? ['--entrypoint', JSON.stringify(start.command)]
    : ['--publish', `127.0.0.1::${start.port}`]
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value]
}

/** The arguments that remove a container, running or not, or none. */
export function removeContainerArguments(container: string): readonly string[] {
  return ['rm', '--force', '--ignore', '--time', '0', container]
}

/** The arguments that remove the image from podman's storage; other names of it stay. */
export function removeImageArguments(image: string): readonly string[] {
  return ['rmi', '--force', image]
}
