import type { StageRow } from './stages.ts'

const [boxWidth, boxHeight, gap] = [112, 54, 26] as const

const colours: Readonly<Record<StageRow['result'], string>> = {
  success: '#1a7f37',
  failure: '#cf222e',
  skipped: '#8c959f',
  unfinished: '#9a6700',
}

/** Draws the stages of a run as a line of boxes, coloured by how each one ended. */
export function flowPicture(rows: readonly StageRow[]): string {
  const width = rows.length * (boxWidth + gap) - gap + 4
  const boxes = rows.map((row, index) => box(row, 2 + index * (boxWidth + gap)))
  const label = rows.map(({ stage, result }) => `${stage}: ${result}`).join(', ')
  return `<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${boxHeight + 4}">${boxes.join('')}</svg>`
}

function box({ stage, environment, result, seconds }: StageRow, x: number): string {
  const isReached = result !== 'skipped'
  const middle = x + boxWidth / 2
  const under = isReached ? `${environment} ${seconds.toFixed(1)} s`.trim() : 'not reached'
  const arrow =
    x > 2 ? `<path d="M${x - gap + 3} 29 h${gap - 10} m-5 -5 l5 5 l-5 5" class="arrow"/>` : ''
  return [
    arrow,
    `<rect x="${x}" y="2" width="${boxWidth}" height="${boxHeight}" rx="8"`,
    ` fill="${isReached ? `${colours[result]}1a` : 'none'}" stroke="${colours[result]}"/>`,
    `<text x="${middle}" y="25" class="stage">${stage}</text>`,
    `<text x="${middle}" y="43" class="under">${under}</text>`,
  ].join('')
}
