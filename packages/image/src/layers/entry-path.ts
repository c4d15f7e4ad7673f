/** Thrown for a path that leads out of the image, or is none. */
export class UnsafePath extends Error {}

/**
 * A path of an archive as it is in the image: from the root, without `/` at its ends, without `.`
 * and `..`; empty for the root itself.
 * @throws {@link UnsafePath}
 */
export function entryPath(name: string, pathBytes: number): string {
  if (Buffer.byteLength(name) > pathBytes)
    throw new UnsafePath(`it is longer than ${pathBytes} bytes`)
  if (name.includes('\0')) throw new UnsafePath('it contains a zero byte')
  const steps: string[] = []
  for (const step of name.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) throw new UnsafePath('it leads out of the image')
  }
  return steps.join('/')
}

/** The folder that a path is in, and its name there. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const slash = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) }
}
