import type { WaiverReport } from '../gate/judgement.ts'
import type { Waiver } from '../waivers/waiver.ts'
import { plainLine } from './foreign-text.ts'
import type { SourcePlace } from './gate-report.ts'
import { dayOf } from './verdict-words.ts'

/** What somebody should look at in a file of waivers. */
export interface WaiverNote {
  readonly text: string
  readonly place: SourcePlace
}

/** What is to be said of waivers, what weighs most first. */
export function waiverNotes(report: WaiverReport): readonly WaiverNote[] {
  return [
    ...report.refused.map(({ waiver, reason }) => noteOn(waiver, `does not count: ${reason}`)),
    ...report.expired.map((waiver) =>
      noteOn(waiver, `expired on ${dayOf(waiver.expires)} and does not count any more.`),
    ),
    ...report.expiringSoon.map((waiver) => noteOn(waiver, `expires on ${dayOf(waiver.expires)}.`)),
    ...report.unused.map((waiver) =>
      noteOn(waiver, 'is for nothing that was found: it can be removed.'),
    ),
    ...report.incomplete.map((waiver) => noteOn(waiver, `has no ${waiver.lacks.join(', no ')}.`)),
  ]
}

function noteOn({ ids, owner, origin }: Waiver, says: string): WaiverNote {
  const of = owner === undefined ? '' : ` of ${owner}`
  return {
    text: plainLine(
      `The waiver for ${ids.join(', ')}${of} (${origin.file}:${origin.line}) ${says}`,
      400,
    ),
    place: { file: origin.file, line: origin.line },
  }
}
