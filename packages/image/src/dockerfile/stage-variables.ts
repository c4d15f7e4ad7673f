import { expandVariables } from './expand-variables.ts'
import type { Variables } from './expand-variables.ts'
import type { Dockerfile } from './parse-dockerfile.ts'

/** What a build is asked for, as far as it decides what is built on. */
export interface BuildQuestion {
  /** Stage to build; by default the last one. */
  readonly target?: string | undefined
  readonly buildArgs?: Readonly<Record<string, string>>
  /** Named contexts: `docker-image://…`, a folder, a URL. */
  readonly buildContexts?: Readonly<Record<string, string>>
  /** `linux/amd64`. */
  readonly platform: string
  /** What the builder itself runs on; by default the platform that is built for. */
  readonly buildPlatform?: string | undefined
}

/** The variables that `FROM` can use: platforms, and `ARG` before the first of them. */
export function stageVariables({ globals }: Dockerfile, question: BuildQuestion): Variables {
  const { buildArgs = {}, platform, buildPlatform = platform, target } = question
  let variables: Variables = {
    ...platformVariables('TARGET', platform),
    ...platformVariables('BUILD', buildPlatform),
    TARGETSTAGE: target ?? 'default',
  }
  for (const { name, value } of globals) {
    const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined
    const usual = value === undefined ? variables[name] : expandVariables(value, variables)
    variables = { ...variables, [name]: given ?? usual }
  }
  return variables
}

function platformVariables(prefix: string, platform: string): Variables {
  const [os = '', architecture = '', variant = ''] = platform.split('/')
  return {
    [`${prefix}PLATFORM`]: platform,
    [`${prefix}OS`]: os,
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant,
  }
}
