import { matchesSome } from '../globs.ts'
import { lineOfLayer, makerOf, originOfLayer } from '../lines.ts'
import type { Rule } from '../schema.ts'
import type { Finding, OpenedImage } from '../subject.ts'

const setuidOrSetgid = 0o6000
const mostShown = 10

/** Files that run with the rights of their owner or group, by the instruction that made them so. */
export function noSetuid({ settings }: Rule<'no-setuid'>, opened: OpenedImage): readonly Finding[] {
  const { allow = [] } = settings
  const byLayer = new Map<number, string[]>()
  for (const { kind, mode, path, layer } of opened.content?.files.all() ?? []) {
    if (kind !== 'file' || (mode & setuidOrSetgid) === 0 || matchesSome(path, allow)) continue
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), path])
  }
  return [...byLayer].map(([layer, paths]) => {
    const shown = paths.toSorted().slice(0, mostShown).join(', ')
    const more = paths.length > mostShown ? ` and ${paths.length - mostShown} more` : ''
    return {
      message: `Files are setuid or setgid, made so ${makerOf(originOfLayer(opened, layer))}: ${shown}${more}.`,
      remedy: 'Run "chmod a-s" on them, or allow them in "no-setuid" of the policy.',
      line: lineOfLayer(opened, layer),
    }
  })
}
