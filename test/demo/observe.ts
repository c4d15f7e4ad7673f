import { output } from './program.ts'

/** A pod as the cluster's own client sees it. */
export interface ObservedPod {
  readonly namespace: string
  readonly name: string
  readonly imageId: string
  readonly isReady: boolean
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
    readonly status: {
      readonly containerStatuses?: readonly { readonly imageID: string; readonly ready: boolean }[]
    }
  }[]
}

/** Looks at the world with other people's tools: kubectl and skopeo. */
export class Observer {
  readonly #environment: Readonly<Record<string, string>>
  readonly #kubeconfig: string

  constructor(environment: Readonly<Record<string, string>>, kubeconfig: string) {
    this.#environment = environment
    this.#kubeconfig = kubeconfig
  }

  /** The pods of a namespace that are not being removed, and the image that each really runs. */
  async pods(namespace: string): Promise<readonly ObservedPod[]> {
    const json = await this.kubectl('get', 'pods', '--namespace', namespace, '--output', 'json')
    return (JSON.parse(json) as PodList).items
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .flatMap(({ metadata, status }) =>
        (status.containerStatuses ?? []).map(({ imageID, ready }) => ({
          namespace,
          name: metadata.name,
          imageId: imageID,
          isReady: ready,
        })),
      )
  }

  /** The digest that the registry has under a tag or digest; undefined where it has none. */
  async registryDigest(reference: string): Promise<string | undefined> {
    try {
      const args = ['inspect', '--tls-verify=false', '--format', '{{.Digest}}']
      return (await this.#run('skopeo', [...args, `docker://${reference}`])).trim()
    } catch (error) {
      if (String(error).includes('manifest unknown')) return undefined
      throw error
    }
  }

  /** The tags of a repository in the registry; none while nothing was pushed to it. */
  async registryTags(repository: string): Promise<readonly string[]> {
    const args = ['list-tags', '--tls-verify=false', `docker://${repository}`]
    try {
      return (JSON.parse(await this.#run('skopeo', args)) as { readonly Tags: string[] }).Tags
    } catch (error) {
      if (String(error).includes('404 (Not Found)')) return []
      throw error
    }
  }

  /** Makes a namespace unless it is there. */
  async ensureNamespace(name: string): Promise<void> {
    const args = ['get', 'namespace', name, '--ignore-not-found', '--output', 'name']
    if ((await this.kubectl(...args)).trim() === '') await this.kubectl('create', 'namespace', name)
  }

  /** Calls kubectl with the administrator's kubeconfig. */
  kubectl(...args: readonly string[]): Promise<string> {
    return this.#run('kubectl', ['--kubeconfig', this.#kubeconfig, ...args])
  }

  #run(file: string, args: readonly string[]): Promise<string> {
    return output(file, args, { environment: this.#environment })
  }
}
