import { parseDocument } from 'yaml'

/** An input as an action declares it. */
export interface DeclaredInput {
  readonly kind: { readonly type: string; readonly expects: string }
  readonly description: string
  readonly isRequired: boolean
  readonly default: string | undefined
}

/** What is read of an action's declaration. */
export interface ActionDeclaration {
  readonly name: string
  readonly inputs: Readonly<Record<string, DeclaredInput>>
  readonly outputs: Readonly<Record<string, string>>
}

/** action.yml with the declared inputs and outputs; everything else stays as it was written. */
export function withDeclaration(text: string, declaration: ActionDeclaration): string {
  const document = parseDocument(text)
  document.set('inputs', document.createNode(inputsOf(declaration)))
  document.set('outputs', document.createNode(outputsOf(declaration)))
  return document.toString({ lineWidth: 0 })
}

function inputsOf({ inputs }: ActionDeclaration): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      {
        description: input.description,
        ...(input.isRequired ? { required: true } : {}),
        ...(input.default === undefined ? {} : { default: input.default }),
      },
    ]),
  )
}

function outputsOf({ outputs }: ActionDeclaration): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, description]) => [name, { description }]),
  )
}
