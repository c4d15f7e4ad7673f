import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from 'yaml'

// kubectl reads YAML 1.1, where 0644 is octal and yes is true; the library's own 1.1 schema goes
// further than kubectl does (22:30 would be a number of base 60, 2026-01-01 a date).

const octal: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:int',
  format: 'OCT',
  test: /^[-+]?0[0-7_]+$/,
  resolve: (text) => parseInt(text.replaceAll('_', ''), 8),
}

const word: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:yes|on)$/i.test(text),
}

/** YAML as kubectl understands it; duplicate keys are errors. */
export const kubernetesYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.2',
  merge: true,
  customTags: (tags) => [octal, word, ...tags],
  prettyErrors: false,
  logLevel: 'silent',
}
