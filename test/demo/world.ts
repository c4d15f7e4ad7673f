import type { Observer } from './observe.ts'

/** Where the demo happens: the lab on this machine, or a cluster and registry of the user's. */
export interface World {
  /** What it is, for the report: `the lab on this machine (Kubernetes 1.34.4)`. */
  readonly description: string
  /** Variables that every tool and every step of the workflow gets. */
  readonly environment: Readonly<Record<string, string>>
  /** Repository of the image, without tag: `127.0.0.1:5000/acme/hello`. */
  readonly image: string
  readonly registryCredentials: { readonly username: string; readonly password: string } | undefined
  /** The credentials that the deploy jobs get, by namespace. */
  readonly kubeconfigs: Readonly<Record<string, string>>
  readonly observer: Observer
}

/** The namespaces of the example's environments, in the order of promotion. */
export const namespaces = { dev: 'hello-dev', production: 'hello-production' } as const
