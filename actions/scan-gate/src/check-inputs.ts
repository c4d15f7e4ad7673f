import { checkTargetFile } from '@oke-pipeline/core'
import type { Files, InputProblem, Runner } from '@oke-pipeline/core'
import { checkTrustInputs } from '@oke-pipeline/evidence'
import { checkLayoutInput } from '@oke-pipeline/image'
import { scannerNames } from '@oke-pipeline/scan'
import type { ScannerName } from '@oke-pipeline/scan'
import type { Inputs } from './declaration.ts'
import { checkOciInputs } from './oci-inputs.ts'

type Given = Partial<Inputs>

/** Finds what is wrong with paths and combinations of inputs, before anything is scanned. */
export async function checkInputs(
  values: Given,
  { files, environment }: Pick<Runner, 'files' | 'environment'>,
): Promise<readonly InputProblem[]> {
  const targets = ['report', 'sarif', 'html', 'csv'] as const
  const problems = [
    values.layout === undefined ? undefined : await checkLayoutInput(values.layout, files),
    ...(await Promise.all(targets.map((name) => checkTargetFile(name, values[name], files)))),
    ...(await checkSources(values, files)),
    ...(await checkTrustInputs(values, files)),
    ...combinationProblems(values),
    ...checkOciInputs(values, environment),
  ]
  return problems.filter((problem) => problem !== undefined)
}

/** Files that are read: they must be there. */
async function checkSources(values: Given, files: Files): Promise<readonly InputProblem[]> {
  const sources = [
    ...listed('sbom', values.sbom),
    ...listed('baseline-report', values['baseline-report']),
    ...(values.reports ?? []).map((file) => ({ input: 'reports', file })),
  ]
  const kinds = await Promise.all(sources.map(({ file }) => files.kindOf(file)))
  return sources.flatMap(({ input, file }, index) => {
    const kind = kinds[index]
    if (kind === 'file') return []
    const found = kind === 'outside' ? 'it lies outside the workspace' : `it is ${kind ?? 'absent'}`
    return [{ input, got: file, problem: `expected a file, and ${found}` }]
  })
}

function listed(
  input: string,
  file: string | undefined,
): readonly { readonly input: string; readonly file: string }[] {
  return file === undefined ? [] : [{ input, file }]
}

function combinationProblems(values: Given): readonly InputProblem[] {
  return [
    ...imageProblems(values),
    ...scannerProblems(values),
    ...policyProblems(values),
    ...baselineProblems(values),
  ]
}

function imageProblems({ layout, image, digest, username, password }: Given): InputProblem[] {
  return [
    problemIf(layout === undefined && image === undefined, {
      input: 'layout',
      problem: 'is required, unless "image" is given: give the folder of an OCI image layout',
    }),
    problemIf(layout !== undefined && image !== undefined, {
      input: 'image',
      problem: 'expected it or "layout", not both: one image is judged',
    }),
    problemIf(image !== undefined && digest !== undefined && image.digest !== digest, {
      input: 'digest',
      ...(digest === undefined ? {} : { got: digest }),
      problem: 'expected the digest of "image", or nothing',
    }),
    problemIf((username === undefined) !== (password === undefined), {
      input: username === undefined ? 'username' : 'password',
      problem: 'is required together with the other of "username" and "password"',
    }),
  ].flat()
}

function scannerProblems(values: Given): InputProblem[] {
  const { scanners = [], reports = [], sbom } = values
  const isNone = scanners.includes('none')
  return [
    problemIf(isNone && scanners.length > 1, {
      input: 'scanners',
      got: scanners.join(', '),
      problem: 'expected "none" alone, or scanners',
    }),
    problemIf(isNone && reports.length === 0 && values['oci-scan'] !== true, {
      input: 'reports',
      problem: 'is required where "scanners" is "none": something must say what is in the image',
    }),
    problemIf(isNone && sbom !== undefined, {
      input: 'sbom',
      problem: 'expected a scanner for it, and "scanners" is "none"',
    }),
    ...scannerNames.map((name) => versionProblem(name, values)),
  ].flat()
}

function versionProblem(name: ScannerName, values: Given): InputProblem[] {
  const version = values[`${name}-version`]
  return problemIf(values[name] !== undefined && version !== undefined, {
    input: `${name}-version`,
    ...(version === undefined ? {} : { got: version }),
    problem: `expected it or "${name}", not both: a program that is given has the version it has`,
  })
}

function policyProblems(values: Given): InputProblem[] {
  const simple = ['severity-cutoff', 'only-fixed', 'fail-on-unknown'] as const
  if (values.policy === undefined) return []
  return simple.flatMap((input) =>
    problemIf(values[input] !== undefined, {
      input,
      got: String(values[input]),
      problem: 'expected it or "policy", not both: the policy says what closes the gate',
    }),
  )
}

function baselineProblems(values: Given): InputProblem[] {
  const names = ['baseline-image', 'baseline-report', 'baseline-environment'] as const
  const given = names.filter((name) => values[name] !== undefined)
  const [, second] = given
  return problemIf(second !== undefined, {
    input: second ?? '',
    problem: `expected one of ${given.map((name) => `"${name}"`).join(', ')}`,
  })
}

function problemIf(isProblem: boolean, problem: InputProblem): InputProblem[] {
  return isProblem ? [problem] : []
}
