import type { Kind } from './kind.ts'

/** The declaration of one input. */
export interface Input<T> {
  readonly kind: Kind<unknown>
  readonly description: string
  readonly isRequired: boolean
  /** The text that action.yml gives as default; absent means that the input may be absent. */
  readonly default: string | undefined
  /** Carries the type of the value; never set. */
  readonly value?: T
}

/** All inputs of an action by name: the one place that says what they are. */
export type InputTable = Readonly<Record<string, Input<unknown>>>

/** The values that a table of inputs yields. */
export type Values<Table extends InputTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Input<infer T> ? T : never
}

/** An input that the user must give. */
export function required<T>(kind: Kind<T>, description: string): Input<T> {
  return { kind, description, isRequired: true, default: undefined }
}

/** An input that may be left out. */
export function optional<T>(kind: Kind<T>, description: string): Input<T | undefined> {
  return { kind, description, isRequired: false, default: undefined }
}

/** An input with a default, given as the text that a user would write. */
export function withDefault<T>(kind: Kind<T>, text: string, description: string): Input<T> {
  return { kind, description, isRequired: false, default: text }
}

/** What an action declares of itself: action.yml and the README tables are made from it. */
export interface Declaration<
  Table extends InputTable = InputTable,
  Output extends string = string,
> {
  readonly name: string
  readonly inputs: Table
  readonly outputs: Readonly<Record<Output, string>>
}

/** Declares an action; keeps the names and types of its inputs and outputs. */
export function declareAction<Table extends InputTable, Output extends string>(
  declaration: Declaration<Table, Output>,
): Declaration<Table, Output> {
  return declaration
}
