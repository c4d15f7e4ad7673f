export { forEachBounded, mapBounded } from './bounded.ts'
export type { Bounds } from './bounded.ts'
export {
  CancelledError,
  ConfigurationError,
  GateError,
  ReportedError,
  ServiceError,
  assertNever,
  causeOf,
  messageOf,
  nameOf,
  systemCodeOf,
} from './errors.ts'
export type { Place, Report, ServiceReport } from './errors.ts'
export { checkTargetFile } from './input/check-target-file.ts'
export { UnacceptableValue, parsedBy } from './input/kind.ts'
export type { Kind } from './input/kind.ts'
export {
  assignments,
  boolean,
  duration,
  integer,
  lines,
  list,
  oneOf,
  path,
  secret,
  text,
} from './input/kinds.ts'
export type { Assignment } from './input/kinds.ts'
export { readInputs } from './input/read-inputs.ts'
export type { InputCheck, InputProblem, InputSource } from './input/read-inputs.ts'
export { declareAction, optional, required, withDefault } from './input/table.ts'
export type { Declaration, Input, InputTable, Values } from './input/table.ts'
export { isLoopback } from './loopback.ts'
export { secondsSince, systemClock } from './ports/clock.ts'
export type { Clock } from './ports/clock.ts'
export { systemExec } from './ports/exec.ts'
export type { Command, Exec, Outcome } from './ports/exec.ts'
export { systemFiles } from './ports/files.ts'
export type { Files } from './ports/files.ts'
export { dropBody } from './ports/drop-body.ts'
export { reasonOf, systemHttp } from './ports/http.ts'
export type { Http, HttpRequest } from './ports/http.ts'
export type { HttpBody, HttpHeaders, HttpResponse } from './ports/http-response.ts'
export { inert } from './ports/log.ts'
export type { FoldingLog, Log } from './ports/log.ts'
export { readBounded } from './read-bounded.ts'
export { shownAnnotations } from './report/annotations.ts'
export type { Annotation } from './report/annotations.ts'
export {
  code,
  codeBlock,
  details,
  diffBlock,
  document,
  escaped,
  heading,
  paragraph,
  table,
  withinLimit,
} from './report/markdown.ts'
export { formatBytes, formatSeconds } from './report/quantities.ts'
export { isRetryableStatus, retry, retryAfterOf } from './retry.ts'
export type { RetryPolicy, RetryPorts } from './retry.ts'
export type { Ports, RunContext, Runner } from './runner.ts'
export { basicForms, formsOf } from './secrets.ts'
export { describeFailure } from './describe-failure.ts'
export { startAction } from './start-action.ts'
export type { Action } from './start-action.ts'
export { download } from './tools/download.ts'
export { obtainTool } from './tools/obtain-tool.ts'
export type { ToolArchive, ToolPorts } from './tools/obtain-tool.ts'
export { runnerToolStore } from './tools/tool-store.ts'
export type { KeptTool, ToolStore } from './tools/tool-store.ts'
export { version } from './version.ts'
export { parseYaml, renderYamlPath } from './yaml/parse-yaml.ts'
export type { ParsedYaml, YamlCheck, YamlFile, YamlProblem } from './yaml/parse-yaml.ts'
export { placedYaml } from './yaml/placed-yaml.ts'
export type { PlacedYaml, YamlPath, YamlPosition } from './yaml/placed-yaml.ts'
