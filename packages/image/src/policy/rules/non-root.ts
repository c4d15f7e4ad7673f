import { lineOfLast } from '../lines.ts'
import type { Rule } from '../schema.ts'
import type { Finding, OpenedImage } from '../subject.ts'

const largestPasswordFile = 1024 * 1024

/** An image that runs as root: by name, by number, or because nothing says otherwise. */
export async function nonRoot(
  _rule: Rule<'non-root'>,
  opened: OpenedImage,
): Promise<readonly Finding[]> {
  const { user } = opened.image.config
  const [name = ''] = user.split(':')
  const problem = await problemOf(name, opened)
  if (problem === undefined) return []
  return [
    {
      message: problem,
      remedy:
        'Add "USER 65532:65532" (any number but 0) at the end of the Dockerfile; Kubernetes can check numbers only.',
      line: lineOfLast(opened, 'USER'),
    },
  ]
}

async function problemOf(name: string, opened: OpenedImage): Promise<string | undefined> {
  if (name === '') return 'The image runs as root: it sets no user.'
  if (/^\d+$/.test(name)) {
    return Number(name) === 0 ? 'The image runs as root: its user is 0.' : undefined
  }
  const number = await numberOf(name, opened)
  if (number === undefined) {
    return `The image runs as "${name}", whose number is not in its /etc/passwd: it may be root.`
  }
  return number === 0 ? `The image runs as root: the number of user "${name}" is 0.` : undefined
}

async function numberOf(name: string, { content }: OpenedImage): Promise<number | undefined> {
  const path = '/etc/passwd'
  const read = await content?.files.read([path], { limitBytes: largestPasswordFile })
  const lines = Buffer.from(read?.get(path) ?? '')
    .toString()
    .split('\n')
  const uid = lines.map((line) => line.split(':')).find(([user]) => user === name)?.[2]
  return uid !== undefined && /^\d+$/.test(uid) ? Number(uid) : undefined
}
