/** One key of the store: what each operation does to it, and what it may answer. */

/** Undefined: nobody has written the key. */
export type Value = string | undefined

export type Operation = Span & Act

interface Span {
  /** For people who read a failure. */
  client: string
  key: string
  calledAt: number
  /** Undefined: the client never heard back. */
  answeredAt: number | undefined
}

type Act =
  | { kind: 'put'; value: string }
  /** `swapped` is the answer, undefined where there was none. */
  | { kind: 'cas'; expected: Value; value: string; swapped: boolean | undefined }
  /** `value` is the answer, and of no meaning where there was none. */
  | { kind: 'read'; value: Value }

/** The key's value after the operation, or `impossible` if it could not have answered so. */
export function after(value: Value, operation: Operation): { value: Value } | 'impossible' {
  switch (operation.kind) {
    case 'put':
      return { value: operation.value }
    case 'cas': {
      const swaps = value === operation.expected
      if (operation.swapped !== undefined && operation.swapped !== swaps) return 'impossible'
      return { value: swaps ? operation.value : value }
    }
    case 'read':
      return operation.answeredAt === undefined || operation.value === value
        ? { value }
        : 'impossible'
  }
}

export function told(operation: Operation): string {
  const { client, key, calledAt, answeredAt } = operation
  const span = `${calledAt}..${answeredAt ?? 'never answered'}`
  switch (operation.kind) {
    case 'put':
      return `${client} ${span} put ${key} = ${operation.value}`
    case 'cas': {
      const { expected, value, swapped } = operation
      return `${client} ${span} cas ${key}: ${expected ?? 'nothing'} to ${value}: ${swapped}`
    }
    case 'read':
      return `${client} ${span} read ${key}: ${operation.value ?? 'nothing'}`
  }
}
