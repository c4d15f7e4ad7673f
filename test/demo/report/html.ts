/** Text of others as HTML. */
export function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const digests = /sha256:[0-9a-f]{64}/g
const shownCharacters = 12

/**
 * Text of others as HTML, with every digest cut to what an eye compares. The whole one is shown on
 * hover, and copied on a click; its colour comes from the digest, so that equal ones look equal.
 */
export function withShortDigests(text: string): string {
  return html(text).replaceAll(digests, (digest) => {
    const hex = digest.slice('sha256:'.length)
    const hue = Number.parseInt(hex.slice(0, 8), 16) % 360
    return `<button class="digest" style="--hue:${hue}" title="${digest}" data-copy="${digest}">${hex.slice(0, shownCharacters)}</button>`
  })
}
