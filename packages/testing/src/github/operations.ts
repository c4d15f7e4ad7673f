/** One of the rights that `permissions:` of a job gives to its token. */
export type Permission = 'contents' | 'issues' | 'pull-requests' | 'security-events'

/** `permissions:` of a job: what is not named is not given. */
export type Permissions = Readonly<Partial<Record<Permission, 'read' | 'write'>>>

/** An operation of GitHub's REST API, as its OpenAPI description has it. */
export interface Operation {
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** With groups for the parameters after the repository. */
  readonly path: RegExp
  /** One of these is enough. */
  readonly needs: readonly { readonly right: Permission; readonly level: 'read' | 'write' }[]
  /** JSON Schema of the body. */
  readonly body?: object
}

const read = 'read'
const write = 'write'
const commentBody = {
  type: 'object',
  properties: { body: { type: 'string', maxLength: 65_536 } },
  required: ['body'],
  additionalProperties: false,
}

/**
 * The operations that the actions use: paths, rights and bodies after
 * https://docs.github.com/rest (version 2022-11-28).
 */
export const operations = [
  {
    name: 'list-comments',
    method: 'GET',
    path: /^\/issues\/(\d+)\/comments$/,
    needs: [
      { right: 'issues', level: read },
      { right: 'pull-requests', level: read },
    ],
  },
  {
    name: 'create-comment',
    method: 'POST',
    path: /^\/issues\/(\d+)\/comments$/,
    needs: [
      { right: 'issues', level: write },
      { right: 'pull-requests', level: write },
    ],
    body: commentBody,
  },
  {
    name: 'update-comment',
    method: 'PATCH',
    path: /^\/issues\/comments\/(\d+)$/,
    needs: [
      { right: 'issues', level: write },
      { right: 'pull-requests', level: write },
    ],
    body: commentBody,
  },
  {
    name: 'upload-sarif',
    method: 'POST',
    path: /^\/code-scanning\/sarifs$/,
    needs: [{ right: 'security-events', level: write }],
    body: {
      type: 'object',
      properties: {
        commit_sha: { type: 'string', pattern: '^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$' },
        ref: { type: 'string', pattern: '^refs/(heads|tags|pull)/.*$' },
        sarif: { type: 'string' },
        checkout_uri: { type: 'string', format: 'uri' },
        started_at: { type: 'string', format: 'date-time' },
        tool_name: { type: 'string' },
        validate: { type: 'boolean' },
      },
      required: ['commit_sha', 'ref', 'sarif'],
      additionalProperties: false,
    },
  },
  {
    name: 'get-sarif',
    method: 'GET',
    path: /^\/code-scanning\/sarifs\/([^/]+)$/,
    needs: [{ right: 'security-events', level: read }],
  },
  {
    name: 'get-content',
    method: 'GET',
    path: /^\/contents\/(.+)$/,
    needs: [{ right: 'contents', level: read }],
  },
  {
    name: 'get-commit',
    method: 'GET',
    path: /^\/git\/commits\/([0-9a-f]+)$/,
    needs: [{ right: 'contents', level: read }],
  },
  {
    name: 'compare-commits',
    method: 'GET',
    path: /^\/compare\/([0-9a-f]+\.\.\.[0-9a-f]+)$/,
    needs: [{ right: 'contents', level: read }],
  },
] as const satisfies readonly Operation[]

/** The name of an operation. */
export type OperationName = (typeof operations)[number]['name']

/** Whether a token with these rights may do it. */
export function isAllowed({ needs }: Operation, permissions: Permissions): boolean {
  return needs.some(({ right, level }) => {
    const given = permissions[right]
    return given === 'write' || given === level
  })
}
