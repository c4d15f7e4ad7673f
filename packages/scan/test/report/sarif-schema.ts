import { Ajv } from 'ajv'

const message = {
  type: 'object',
  properties: {
    text: { type: 'string', minLength: 1 },
    markdown: { type: 'string', minLength: 1 },
  },
  required: ['text'],
  additionalProperties: false,
}

const rule = {
  type: 'object',
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 255 },
    shortDescription: { ...message, properties: { text: { type: 'string', maxLength: 1024 } } },
    fullDescription: { ...message, properties: { text: { type: 'string', maxLength: 1024 } } },
    help: { ...message, required: ['text', 'markdown'] },
    helpUri: { type: 'string', pattern: '^https?://' },
    defaultConfiguration: {
      type: 'object',
      properties: { level: { enum: ['error', 'warning', 'note'] } },
      additionalProperties: false,
    },
    properties: {
      type: 'object',
      properties: {
        tags: { type: 'array', maxItems: 20, uniqueItems: true, items: { type: 'string' } },
        precision: { enum: ['very-high', 'high', 'medium', 'low'] },
        'security-severity': { type: 'string', pattern: '^(10|[0-9])\\.[0-9]$' },
      },
      additionalProperties: false,
    },
  },
  required: ['id', 'shortDescription', 'fullDescription', 'help', 'properties'],
  additionalProperties: false,
}

const result = {
  type: 'object',
  properties: {
    ruleId: { type: 'string', minLength: 1 },
    ruleIndex: { type: 'integer', minimum: 0 },
    level: { enum: ['error', 'warning', 'note'] },
    message,
    locations: {
      type: 'array',
      minItems: 1,
      maxItems: 1000,
      items: {
        type: 'object',
        properties: {
          physicalLocation: {
            type: 'object',
            properties: {
              artifactLocation: {
                type: 'object',
                properties: {
                  // A relative reference of RFC 3986, which may not lead out of the repository.
                  uri: {
                    type: 'string',
                    pattern: "^(?!/)(?!.*(^|/)\\.\\.(/|$))[A-Za-z0-9._~!$&'()*+,;=:@%/-]+$",
                  },
                  uriBaseId: { const: '%SRCROOT%' },
                },
                required: ['uri'],
                additionalProperties: false,
              },
              region: {
                type: 'object',
                properties: { startLine: { type: 'integer', minimum: 1 } },
                required: ['startLine'],
                additionalProperties: false,
              },
            },
            required: ['artifactLocation', 'region'],
            additionalProperties: false,
          },
          logicalLocations: { type: 'array' },
        },
        required: ['physicalLocation'],
        additionalProperties: false,
      },
    },
    partialFingerprints: {
      type: 'object',
      required: ['primaryLocationLineHash'],
      additionalProperties: { type: 'string', minLength: 1 },
    },
    suppressions: { type: 'array' },
    properties: { type: 'object' },
  },
  required: ['ruleId', 'ruleIndex', 'level', 'message', 'locations', 'partialFingerprints'],
  additionalProperties: false,
}

/**
 * What code scanning reads of SARIF 2.1.0, and asks of it, stricter than the standard:
 * https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning
 */
const schema = {
  type: 'object',
  properties: {
    $schema: { type: 'string' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        properties: {
          tool: {
            type: 'object',
            properties: {
              driver: {
                type: 'object',
                properties: {
                  name: { type: 'string', minLength: 1 },
                  semanticVersion: { type: 'string' },
                  rules: { type: 'array', maxItems: 25_000, items: rule },
                },
                required: ['name', 'rules'],
                additionalProperties: false,
              },
              extensions: { type: 'array', maxItems: 100 },
            },
            required: ['driver'],
            additionalProperties: false,
          },
          automationDetails: { type: 'object', properties: { id: { pattern: '^[^/].*/$' } } },
          invocations: { type: 'array' },
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          properties: { type: 'object' },
          results: { type: 'array', maxItems: 25_000, items: result },
        },
        required: ['tool', 'results'],
        additionalProperties: false,
      },
    },
  },
  required: ['version', 'runs', '$schema'],
  additionalProperties: false,
}

const validate = new Ajv({ strict: false }).compile(schema)

/** What is wrong with a SARIF log. */
export function sarifProblems(log: unknown): readonly string[] {
  if (validate(log)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message: text }) => `${instancePath} ${text ?? ''}`,
  )
}
