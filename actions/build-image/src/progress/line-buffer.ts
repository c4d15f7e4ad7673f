/** Puts pieces of a program's output together to lines. */
export interface LineBuffer {
  write(piece: string): void
  end(): void
}

/** Far more than is ever shown of a line; what goes on is not kept. */
const longestKept = 64 * 1024

/** A line may have ten megabytes, or be a progress bar that is drawn a thousand times. */
export function lineBuffer(onLine: (line: string) => void): LineBuffer {
  let unfinished = ''
  const finish = (): void => {
    const line = unfinished
    unfinished = ''
    onLine(line)
  }
  return {
    write(piece) {
      const [first = '', ...others] = piece.split('\n')
      unfinished = extended(unfinished, first)
      for (const part of others) {
        finish()
        unfinished = extended('', part)
      }
    },
    end() {
      if (unfinished !== '') finish()
    },
  }
}

function extended(line: string, piece: string): string {
  // At the end of a piece a carriage return may belong to the line break that comes next.
  const drawn = piece.lastIndexOf('\r', piece.length - 2)
  if (drawn >= 0) return piece.slice(drawn + 1)
  return line.length + piece.length > longestKept
    ? (line + piece).slice(0, longestKept)
    : line + piece
}
