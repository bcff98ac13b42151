import { CommandFailure, EXIT, exitFor } from './exit-codes.ts'

/** Whatever a command threw, as one kind. Unknown failures keep their text. */
export async function toCommandFailure(error: unknown): Promise<CommandFailure> {
  if (error instanceof CommandFailure) return error
  if (isUnreachable(error)) {
    return new CommandFailure(EXIT.UNREACHABLE, 'UNREACHABLE', 'The node does not answer.')
  }
  const code = textAt(error, 'code')
  const message = error instanceof Error ? error.message : String(error)
  if (code === undefined) return new CommandFailure(EXIT.FAILED, 'FAILED', message)
  // An answer of the node: its code, and in `data` the reason behind it.
  const data: unknown = read(error, 'data')
  const reason = textAt(data, 'reason')
  if (typeof read(error, 'status') === 'number') {
    const exit = exitFor(code, reason)
    return new CommandFailure(exit, reason ?? code, message, data)
  }
  // An error of a part that ran in this process, without a node.
  const { answerTo } = await import('../node-core/api/contract/index.ts')
  const answer = answerTo(code)
  const exit =
    answer === undefined ? EXIT.FAILED : exitFor(answer, answer === code ? undefined : code)
  return new CommandFailure(exit, code, message, read(error, 'details'))
}

/** Whether the node answered that there is no such thing. */
export function isNotFound(error: unknown): boolean {
  return textAt(error, 'code') === 'NOT_FOUND'
}

/** Whether the node gave this as the reason behind its answer. */
export function isBecause(error: unknown, reason: string): boolean {
  return textAt(read(error, 'data'), 'reason') === reason
}

/** Of details that name fields by their paths, each for people. */
export function wrongFieldsIn(details: unknown): string[] {
  return (Array.isArray(details) ? details : []).flatMap((field: unknown) => {
    const [path, message] = [textAt(field, 'path'), textAt(field, 'message')]
    if (path === undefined || message === undefined) return []
    return [path === '' ? message : `${path}: ${message}`]
  })
}

/** `fetch` wraps what the socket said. */
function isUnreachable(error: unknown): boolean {
  const code = textAt(read(error, 'cause'), 'code') ?? textAt(error, 'code')
  return code !== undefined && ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(code)
}

function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Of an object; undefined where it has none of that name. */
export function textAt(value: unknown, name: string): string | undefined {
  const found = read(value, name)
  return typeof found === 'string' ? found : undefined
}
