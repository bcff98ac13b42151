/** What went wrong with a call, in the window's own words. */
export interface Problem {
  /** The contract's code, such as `NOT_FOUND`; `UNREACHABLE` when the node did not answer. */
  code: string
  /** The code of the part that refused, such as `INVITE_SPENT`, where it says one. */
  reason?: string
  /** Whose signature nobody here trusts, where that is why. */
  publisher?: string
  /** The node's sentence, for a person to read. */
  message: string
  /** Which fields of the input it concerns. */
  fields: FieldProblem[]
}

export interface FieldProblem {
  /** Such as `containers.0.image`. */
  path: string
  message: string
}

/** Reads whatever a call threw: oRPC's error, an HTTP error body, or a broken line. */
export function toProblem(error: unknown): Problem {
  const code = readText(error, 'code')
  const message = readText(error, 'message') ?? readText(error, 'error')
  if (code === undefined) {
    return { code: 'UNREACHABLE', message: message ?? String(error), fields: [] }
  }
  const fields = [read(error, 'data'), read(error, 'details')].flatMap(readFields)
  const details = read(error, 'data') ?? read(error, 'details')
  const reason = readText(details, 'reason')
  const publisher = reason === 'PUBLISHER_UNTRUSTED' ? readText(details, 'publicKey') : undefined
  return {
    code,
    ...(reason !== undefined && { reason }),
    ...(publisher !== undefined && { publisher }),
    message: message ?? code,
    fields,
  }
}

/** Details come as a list of issues, or as a record with such a list in it. */
function readFields(details: unknown): FieldProblem[] {
  if (Array.isArray(details)) return details.flatMap(readField)
  for (const name of ['issues', 'fields', 'details']) {
    const inner = read(details, name)
    if (inner !== undefined) return readFields(inner)
  }
  return []
}

function readField(issue: unknown): FieldProblem[] {
  const message = readText(issue, 'message')
  if (message === undefined) return []
  const path = read(issue, 'path')
  if (typeof path === 'string') return [{ path, message }]
  if (Array.isArray(path)) return [{ path: path.map(segment).join('.'), message }]
  return []
}

/** Standard Schema allows `{ key }` in a path as well as the bare key. */
function segment(part: unknown): string {
  const key = read(part, 'key')
  return String(key === undefined ? part : key)
}

function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function readText(value: unknown, name: string): string | undefined {
  const found = read(value, name)
  return typeof found === 'string' && found !== '' ? found : undefined
}
