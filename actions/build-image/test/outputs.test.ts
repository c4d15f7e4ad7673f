import { describe, expect, it } from '@jest/globals'
import { digestOf } from '@oke-pipeline/image'
import type { BuildResult } from '../src/build-result.ts'
import type { LayerFact } from '../src/facts.ts'
import { outputsOf } from '../src/outputs.ts'
import { renderSummary } from '../src/render-summary.ts'

const digest = digestOf(Buffer.from('image'))
const layer: LayerFact = { digest, sizeBytes: 10, createdBy: 'RUN make' }

function result(changes: Partial<BuildResult> = {}): BuildResult {
  return {
    digest,
    layout: '/t/image',
    image: undefined,
    tags: ['1.2.3', 'main'],
    sizeBytes: 3 * 1024 * 1024,
    platforms: ['linux/amd64', 'linux/arm64'],
    record: {
      digest,
      builtWith: 'buildx 0.37.0',
      seconds: 3,
      warnings: [],
      metadata: {},
      steps: [
        step('[1/2] FROM busybox', { isCached: true }),
        step('[2/2] RUN make | tee', { seconds: 2.5 }),
        step('exporting', { seconds: 0.3 }),
      ],
    },
    facts: { layers: [{ platform: 'linux/amd64', layers: [layer] }], bases: [] },
    judgement: { policy: undefined, violations: [], refusal: undefined },
    evidence: { provenance: undefined, sboms: ['/a', '/b'], archive: undefined },
    choice: {
      engine: { title: 'buildx 0.37.0', build: () => Promise.reject(new Error('not here')) },
      because: 'it is named',
      skipped: [{ name: 'buildctl', because: 'it is <not> there' }],
    },
    metadata: '/t/image.metadata.json',
    earlier: undefined,
    seconds: 4,
    ...changes,
  }
}

function step(
  name: string,
  changes: Partial<BuildResult['record']['steps'][number]>,
): BuildResult['record']['steps'][number] {
  return {
    ...{ name, stage: 'Stage', step: name },
    ...{ seconds: 0, isCached: false, error: undefined },
    ...changes,
  }
}

describe('outputsOf', () => {
  it('gives lists by lines and by commas, and JSON', () => {
    expect(outputsOf(result())).toMatchObject({
      digest,
      tags: '1.2.3\nmain',
      platforms: 'linux/amd64,linux/arm64',
      size: '3145728',
      layers: JSON.stringify([{ platform: 'linux/amd64', layers: [layer] }]),
      sbom: '/a\n/b',
      provenance: '',
      metadata: '/t/image.metadata.json',
    })
  })

  it('stays within what an output may have, whatever the instructions are', () => {
    const long = { ...layer, createdBy: 'x'.repeat(5000) }
    const few = { platform: 'p', layers: Array.from({ length: 10 }, () => long) }
    const many = { platform: 'p', layers: Array.from({ length: 500 }, () => long) }
    const sizes = [few, many].map(
      (layers) => outputsOf(result({ facts: { layers: [layers], bases: [] } })).layers.length,
    )
    expect(Math.max(...sizes)).toBeLessThan(100_000)
    expect(Math.min(...sizes)).toBeGreaterThan(2000)
  })
})

describe('renderSummary', () => {
  it('counts what came from the cache, and names the slowest steps', () => {
    const summary = renderSummary(result())
    expect(summary).toContain('4.0 s, 1 of 2 steps from the cache')
    expect(summary).toContain('RUN make &#124; tee')
    expect(summary.indexOf('RUN make &#124; tee')).toBeLessThan(summary.indexOf('exporting'))
    expect(summary).toContain('Not with buildctl: it is &lt;not&gt; there.')
  })

  it.each([
    { name: 'a first build', earlier: undefined, says: '3.0 MiB |' },
    { name: 'growth', earlier: { digest: 'x', sizeBytes: 2097152 }, says: '+1.0 MiB, +50.0 %' },
    { name: 'loss', earlier: { digest: 'x', sizeBytes: 4194304 }, says: '−1.0 MiB, −25.0 %' },
    { name: 'no change', earlier: { digest: 'x', sizeBytes: 3145728 }, says: '(as before)' },
    { name: 'the same', earlier: { digest, sizeBytes: 3145728 }, says: '(the same image as' },
  ])('tells of $name', ({ earlier, says }) => {
    const known =
      earlier === undefined ? undefined : { schema: 'build-image/v1' as const, ...earlier }
    expect(renderSummary(result({ earlier: known }))).toContain(says)
  })
})
