/** Lines are cut here: nobody reads on, and GitHub's log viewer gives up on longer ones. */
const longestShown = 2000

/** A line of a program's output as it would stand on the screen at last, without colours. */
export function terminalText(line: string): string {
  const text = withoutControls(lastDrawn(line))
  const more = text.length - longestShown
  return more > 0 ? `${text.slice(0, longestShown)}… (${more} characters more)` : text
}

/** A progress bar draws over its line again and again: what counts is the last time. */
function lastDrawn(line: string): string {
  const drawn = line.replace(/\r+$/, '')
  return drawn.slice(drawn.lastIndexOf('\r') + 1)
}

const escapes = new RegExp(
  [
    '\\u001b\\[[0-?]*[ -/]*[@-~]', // colours, cursor
    '\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)', // titles, links
    '\\u001b[ -/]*[0-~]',
    '[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]',
  ].join('|'),
  'g',
)

function withoutControls(text: string): string {
  return text.replace(escapes, '')
}
