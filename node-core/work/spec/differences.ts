/** What a change changes, field by field, as people say fields. */
import type { Part, Workload } from './index.ts'
import { resumedFrom } from './paused.ts'

/** Without `before` it is new, without `after` it goes. What is not to be shown has the values `…`. */
export interface Difference {
  path: string
  before?: string
  after?: string
}

const NOT_SHOWN = '…'
/** `sha256:` and as many digits as tell two apart. */
const CONTENT_LENGTH = 19
/** Variables and files may hold what is nobody else's business: that they change is said, not how. */
const HIDDEN = /^(containers\.[^.]+\.)?(env|files)\./

export function differencesOf(before: Workload, after: Workload): Difference[] {
  const [then, now] = [fieldsOf(before), fieldsOf(after)]
  const paths = new Set([...then.keys(), ...now.keys()])
  return [...paths].flatMap((path) => {
    const [was, is] = [then.get(path), now.get(path)]
    if (was === is) return []
    const shown = (value: string): string => (HIDDEN.test(path) ? NOT_SHOWN : value)
    return [
      {
        path,
        ...(was !== undefined && { before: shown(was) }),
        ...(is !== undefined && { after: shown(is) }),
      },
    ]
  })
}

/** Every field that is not made of fields, by its path, as JSON. */
function fieldsOf(workload: Workload): Map<string, string> {
  // That it is paused changes nothing of what it is.
  const { parts, name: _, kind, ...rest } = resumedFrom(workload)
  const [only] = parts
  const what =
    kind === 'process'
      ? partFields(only)
      : { containers: Object.fromEntries(parts.map((part) => [part.name, partFields(part)])) }
  const fields = new Map<string, string>()
  collect({ ...rest, ...what }, '', fields)
  return fields
}

function partFields({ source, files = [], name: _, ...rest }: Part): object {
  const placed = Object.fromEntries(files.map((file) => [file.path, [file]]))
  if ('bundle' in source) return { ...rest, ...source, files: placed }
  const { image, imageId, exposes: __, ...command } = source
  // One name may mean another content by now.
  const content = imageId === undefined ? image : `${image} (${imageId.slice(0, CONTENT_LENGTH)})`
  return { ...rest, image: content, ...command, files: placed }
}

function collect(value: unknown, path: string, fields: Map<string, string>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    if (value !== undefined) fields.set(path, JSON.stringify(value))
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    collect(inner, path === '' ? name : `${path}.${name}`, fields)
  }
}
