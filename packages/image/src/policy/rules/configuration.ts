import { formatBytes } from '@oke-pipeline/core'
import { lineOfLast, lineOfLayer, makerOf, originOfLayer } from '../lines.ts'
import { bytesOf } from '../quantities.ts'
import type { Rule } from '../schema.ts'
import type { Finding, OpenedImage } from '../subject.ts'

/** An image that is larger than allowed. */
export function maximumSize(
  { settings }: Rule<'maximum-size'>,
  opened: OpenedImage,
): readonly Finding[] {
  const { manifest, descriptor } = opened.image
  const sizes = manifest.layers.map(({ size }) => size)
  const total = sizes.reduce((sum, size) => sum + size, manifest.config.size + descriptor.size)
  if (total <= bytesOf(settings.size)) return []
  const largest = sizes.indexOf(Math.max(...sizes))
  const made = makerOf(originOfLayer(opened, largest))
  return [
    {
      message: `The image has ${formatBytes(total)}; the policy allows ${settings.size}. Its largest layer, made ${made}, has ${formatBytes(sizes[largest] ?? 0)}.`,
      remedy: 'Build in one stage and copy only the result into another, on a smaller base.',
      line: lineOfLayer(opened, largest),
    },
  ]
}

/** An image with more layers than allowed. */
export function maximumLayers(
  { settings }: Rule<'maximum-layers'>,
  opened: OpenedImage,
): readonly Finding[] {
  const count = opened.image.manifest.layers.length
  if (count <= settings.layers) return []
  return [
    {
      message: `The image has ${count} layers; the policy allows ${settings.layers}.`,
      remedy: 'Join RUN and COPY instructions, or copy the result into a stage of its own.',
      line: lineOfLayer(opened, settings.layers),
    },
  ]
}

/** Labels that are missing, or have no value. */
export function requiredLabels(
  { settings }: Rule<'required-labels'>,
  { image }: OpenedImage,
): readonly Finding[] {
  const { labels } = image.config
  return settings.labels
    .filter((name) => (labels[name] ?? '').trim() === '')
    .map((name) => ({
      message: `The image has no label "${name}".`,
      remedy: `Give it as an input: labels: ${name}=….`,
      line: undefined,
    }))
}

/** Ports that the image exposes and may not. */
export function allowedPorts(
  { settings }: Rule<'allowed-ports'>,
  opened: OpenedImage,
): readonly Finding[] {
  const { exposedPorts } = opened.image.config
  return exposedPorts
    .filter((port) => !settings.ports.some((allowed) => includesPort(allowed, port)))
    .map((port) => ({
      message: `The image exposes port ${port}; the policy allows ${settings.ports.join(', ') || 'none'}.`,
      remedy: 'Take it out of EXPOSE, or add it to "allowed-ports" of the policy.',
      line: lineOfLast(opened, 'EXPOSE', (text) => mentions(text, port)),
    }))
}

/** `8000-8099/tcp` as numbers; without a protocol it is TCP. */
function rangeOf(text: string): { from: number; to: number; protocol: string } {
  const [numbers = '', protocol = 'tcp'] = text.split('/')
  const [from = '', to = from] = numbers.split('-')
  return { from: Number(from), to: Number(to), protocol }
}

function includesPort(allowed: string, port: string): boolean {
  const [outer, inner] = [rangeOf(allowed), rangeOf(port)]
  const isWithin = outer.from <= inner.from && inner.to <= outer.to
  return isWithin && outer.protocol === inner.protocol
}

function mentions(text: string, port: string): boolean {
  return new RegExp(`\\b${port.split('/')[0] ?? ''}\\b`).test(text)
}
