const blockBytes = 512

/** A tar archive (POSIX ustar) of files with mode 755, owned by root, without times. */
export function tarOf(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content)
    const padding = (blockBytes - (bytes.byteLength % blockBytes)) % blockBytes
    return [headerOf(path, bytes.byteLength), bytes, Buffer.alloc(padding)]
  })
  return Buffer.concat([...entries, Buffer.alloc(2 * blockBytes)])
}

function headerOf(path: string, sizeBytes: number): Uint8Array {
  const header = Buffer.alloc(blockBytes)
  header.write(path, 0, 100, 'utf8')
  header.write('0000755\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  // The checksum is taken with its own field full of blanks.
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\u000000', 257)
  const checksum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}
