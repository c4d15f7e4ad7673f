import { describe, expect, it } from '@jest/globals'
import { parseImagePath } from '../src/manifest/image-path.ts'
import { parseManifests } from '../src/manifest/parse-manifests.ts'
import { containerImagesOf } from '../src/manifest/pod-template.ts'
import { putImage, repositoryOf, unpinnedIn } from '../src/manifest/put-image.ts'
import type { ImageToPut } from '../src/manifest/put-image.ts'

const repository = 'iad.ocir.io/acme/team/hello'
const digest = `sha256:${'a'.repeat(64)}`
const pinned = `${repository}@${digest}`

function deployment(images: readonly string[], initImages: readonly string[] = []): string {
  const list = (names: readonly string[]): string =>
    JSON.stringify(names.map((image, index) => ({ name: `c${index}`, image })))
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: d }
spec: { template: { spec: { initContainers: ${list(initImages)}, containers: ${list(images)} } } }
`
}

function imagesAfter(text: string, placeholder?: string): readonly string[] {
  const { manifests } = parseManifests(text, 'd.yml')
  const put = putImage(manifests, { repository, digest, placeholder })
  return put.problems.length > 0
    ? put.problems.map(({ problem }) => problem)
    : put.manifests.flatMap(({ object }) => containerImagesOf(object)).map(({ image }) => image)
}

const other = `sha256:${'b'.repeat(64)}`

describe('putImage replaces', () => {
  const cases = [
    { name: 'the last part of the repository', image: 'hello' },
    { name: 'the last part with a tag', image: 'hello:latest' },
    { name: 'the last part with a digest', image: `hello@${other}` },
    { name: 'the whole repository', image: repository },
    { name: 'the repository with a tag', image: `${repository}:1.2` },
    { name: 'the repository with another digest', image: `${repository}@${other}` },
    { name: 'the repository with tag and digest', image: `${repository}:1@${other}` },
    { name: 'what is there already', image: pinned },
    { name: 'the placeholder', image: 'IMAGE', placeholder: 'IMAGE' },
    { name: 'the placeholder with a tag', image: 'app:dev', placeholder: 'app' },
    { name: 'a placeholder that was given with a tag', image: 'app:dev', placeholder: 'app:x' },
    {
      name: 'a placeholder with a port',
      image: 'localhost:5000/app',
      placeholder: 'localhost:5000/app',
    },
  ]
  it.each(cases)('$name', ({ image, placeholder }) => {
    expect(imagesAfter(deployment([image]), placeholder)).toEqual([pinned])
  })
})

describe('putImage refuses, when there is nothing else,', () => {
  const cases = [
    { name: 'an image of another registry', image: 'phx.ocir.io/acme/team/hello:1' },
    { name: 'an image whose last part is the same', image: 'ghcr.io/other/hello' },
    { name: 'an image whose name begins the same', image: 'hello-world' },
    { name: 'an image of the same path without the registry', image: 'acme/team/hello' },
    { name: 'a host with a port that looks like a tag', image: 'hello:5000/other' },
    { name: 'an image in upper case', image: 'Hello' },
  ]
  it.each(cases)('$name', ({ image }) => {
    expect(imagesAfter(deployment([image]))).toEqual([
      `no container has the image "${repository}" or "hello", so there is nothing to deploy (found d.yml:1 Deployment/d container "c0": ${image}). Name the image to replace by "image-name"`,
    ])
  })

  it('manifests without containers', () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n'
    expect(imagesAfter(text).join()).toContain('there is no container at all')
  })
})

describe('putImage', () => {
  it('leaves other images alone, and reaches init containers', () => {
    const text = deployment(['hello', 'envoy:1.30'], ['hello:old', 'busybox'])
    expect(imagesAfter(text)).toEqual([pinned, 'busybox', pinned, 'envoy:1.30'])
  })

  it.each([
    ['v1', 'Pod', 'spec: { containers: [{ name: a, image: hello }] }'],
    ...['StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind) => [
      'apps/v1',
      kind,
      'spec: { template: { spec: { containers: [{ name: a, image: hello }] } } }',
    ]),
    [
      'batch/v1',
      'Job',
      'spec: { template: { spec: { containers: [{ name: a, image: hello }] } } }',
    ],
    [
      'batch/v1',
      'CronJob',
      'spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: a, image: hello }] } } } } }',
    ],
  ])('knows where %s %s keeps its containers', (apiVersion, kind, spec) => {
    const text = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: a }\n${spec}\n`
    expect(imagesAfter(text)).toEqual([pinned])
  })

  it('does not touch kinds of others that are called the same', () => {
    const text = deployment(['hello']).replace('apps/v1', 'example.com/v1')
    expect(imagesAfter(text).join()).toContain('there is no container at all')
  })

  it('does not change the manifests that it is given', () => {
    const { manifests } = parseManifests(deployment(['hello']), 'd.yml')
    const before = JSON.stringify(manifests)
    putImage(manifests, { repository, digest })
    expect(JSON.stringify(manifests)).toBe(before)
  })
})

describe('repositoryOf', () => {
  it.each([
    ['a', 'a'],
    ['a:1', 'a'],
    ['h:5000/a', 'h:5000/a'],
    ['h:5000/a:1', 'h:5000/a'],
    [`h/a:1@${digest}`, 'h/a'],
    ['', ''],
  ])('of %j is %j', (image, expected) => expect(repositoryOf(image)).toBe(expected))
})

describe('putImage with rules', () => {
  const proxy = `ghcr.io/acme/proxy@${other}`

  function put(
    text: string,
    rules: Partial<ImageToPut>,
    others: Parameters<typeof putImage>[2] = [],
  ): ReturnType<typeof putImage> {
    const { manifests } = parseManifests(text, 'd.yml')
    return putImage(manifests, { repository, digest, ...rules }, others)
  }

  function imagesOf({ manifests }: ReturnType<typeof putImage>): readonly string[] {
    return manifests.flatMap(({ object }) => containerImagesOf(object)).map(({ image }) => image)
  }

  function problemsOf({ problems }: ReturnType<typeof putImage>): readonly string[] {
    return problems.map(({ problem }) => problem)
  }

  it('replaces by the name of a container', () => {
    const placed = put(deployment(['nginx:1', 'redis:7']), { containers: ['c0'] })
    expect(placed.problems).toEqual([])
    expect(imagesOf(placed)).toEqual([pinned, 'redis:7'])
  })

  it('puts further images in for their names, whatever their tags', () => {
    const text = deployment(['hello', 'localhost:5000/proxy:1'], [`localhost:5000/proxy@${digest}`])
    const placed = put(text, {}, [{ name: 'localhost:5000/proxy', reference: proxy }])
    expect(placed.problems).toEqual([])
    expect(imagesOf(placed)).toEqual([proxy, pinned, proxy])
  })

  it('tells of every rule that found no place', () => {
    const path = parseImagePath('Database:spec.image')
    const rules = { containers: ['web', 'c0'], paths: path === undefined ? [] : [path] }
    const placed = put(deployment(['nginx']), rules, [{ name: 'proxy:1', reference: proxy }])
    expect(problemsOf(placed)).toEqual([
      'there is no container "web", which "image-containers" names',
      'no container has the image "proxy", which "images" names',
      'no object has a text at "Database:spec.image", which "image-paths" names',
    ])
  })

  it('does not take a further image for the one to deploy', () => {
    const placed = put(deployment(['proxy']), {}, [{ name: 'proxy', reference: proxy }])
    expect(problemsOf(placed).join()).toContain('so there is nothing to deploy')
  })

  const rollout = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: r }
spec: { template: { spec: { containers: [{ name: a, image: x }, { name: b }] } }, image: other }
`

  it.each([
    {
      path: 'Rollout.argoproj.io:spec.template.spec.containers[*].image',
      found: { containers: [{ name: 'a', image: pinned }, { name: 'b' }], image: 'other' },
    },
    {
      path: 'Rollout:spec.image',
      found: { containers: [{ name: 'a', image: 'x' }, { name: 'b' }], image: pinned },
    },
  ])('replaces at $path', ({ path, found: { containers, image } }) => {
    const parsed = parseImagePath(path)
    const placed = put(rollout, { paths: parsed === undefined ? [] : [parsed] })
    expect(placed.problems).toEqual([])
    expect(placed.manifests[0]?.object.spec).toEqual({ template: { spec: { containers } }, image })
  })

  it.each([
    'Rollout.example.com:spec.image',
    'Rollout:spec.template.image',
    'Rollout:spec.template.spec.containers[*].nothing',
    'Rollout:spec.image[*]',
    'Other:spec.image',
  ])('finds no place at %s', (text) => {
    const path = parseImagePath(text)
    const placed = put(rollout, { paths: path === undefined ? [] : [path] })
    expect(problemsOf(placed)).toHaveLength(2)
    expect(problemsOf(placed)[0]).toContain(`no object has a text at "${text}"`)
  })
})

describe('parseImagePath refuses', () => {
  it.each([
    '',
    'Rollout',
    'rollout:spec',
    'Rollout:',
    'Rollout:spec..image',
    'Rollout:a[0]',
    'A:*',
  ])('%j', (text) => expect(parseImagePath(text)).toBeUndefined())
})

describe('unpinnedIn', () => {
  it('finds every container without a digest', () => {
    const text = deployment([pinned, 'nginx:1', 'redis'], [`a@sha256:${'A'.repeat(64)}`])
    const problems = unpinnedIn(parseManifests(text, 'd.yml').manifests)
    expect(problems.map(({ problem }) => /the image "(.*?)"/.exec(problem)?.[1])).toEqual([
      `a@sha256:${'A'.repeat(64)}`,
      'nginx:1',
      'redis',
    ])
  })
})
