import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from 'yaml'

// kubectl reads YAML 1.1, where 0644 is octal and yes is true; the library's own 1.1 schema goes
// further than kubectl does (22:30 would be a number of base 60, 2026-01-01 a date).

function integer(test: RegExp, base: number): ScalarTag {
  return {
    identify: () => false,
    default: true,
    tag: 'tag:yaml.org,2002:int',
    test,
    resolve: (text) => parseInt(text.replaceAll('_', '').replace('0b', ''), base),
  }
}

const word: ScalarTag = {
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test: /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|yes|on)$/i.test(text),
}

const kubectlScalars = [
  integer(/^[-+]?0[0-7_]+$/, 8),
  integer(/^[-+]?0b[01_]+$/, 2),
  integer(/^[-+]?[1-9][0-9]*_[0-9_]*$/, 10),
  word,
]

/** YAML as kubectl understands it; duplicate keys are errors. */
export const kubernetesYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.2',
  merge: true,
  customTags: (tags) => [...kubectlScalars, ...tags],
  prettyErrors: false,
  logLevel: 'silent',
}
