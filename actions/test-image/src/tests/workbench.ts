import type { HealthCheck, ImageSettings } from '../runtime/image-settings.ts'
import type { LoadedImage } from '../runtime/image-source.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Service } from '../suite/suite.ts'
import type { TestPorts } from '../test-ports.ts'

/** What a service runs. */
export interface ServiceImage extends LoadedImage {
  readonly healthCheck: HealthCheck | undefined
}

/** All that tests share while they run. */
export interface Workbench {
  readonly runtime: Runtime
  /** The name of the run, which everything that it makes bears. */
  readonly run: string
  readonly image: LoadedImage
  /** ENTRYPOINT and CMD, for what replaces only one of them. */
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly settings: ImageSettings
  readonly services: ReadonlyMap<Service, ServiceImage>
  /** Values of the input `secret-environment`, which every container of the image gets. */
  readonly secrets: Readonly<Record<string, string>>
  readonly ports: TestPorts
}
