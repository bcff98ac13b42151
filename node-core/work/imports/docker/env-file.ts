/** `env_file` of a service: variables from files beside the text, whose content is handed in with it. */
import { noteLeads } from '../addresses.ts'
import { setEnv } from '../draft.ts'
import type { FileContent } from '../files.ts'
import { each, field, isEmpty, isTrue, type Tree, textOf } from '../tree.ts'
import { fillIn, sayFilled } from '../variables.ts'
import { type EnvLine, readEnvText, readRawEnvText } from './env-text.ts'
import { fileName, fileNeeded, type Service } from './service-rule.ts'

/** What is said under `environment` goes before, wherever it stands. */
export function takeEnvFiles(at: Tree, service: Service): void {
  if (isEmpty(at)) service.scope.say(at, 'kept')
  for (const item of isEmpty(at) ? [] : each(at)) takeOne(item, service)
}

function takeOne(at: Tree, service: Service): void {
  const { scope, files } = service
  const named = at.kind === 'map' ? field(at, 'path') : at
  const name = textOf(named) ?? ''
  const file = files.get(fileName(name))
  if (file) {
    takeFile(at, file, service)
  } else if (at.kind === 'map' && field(at, 'required') && !isTrue(field(at, 'required'))) {
    scope.say(at, 'not-used', 'It was not given, and is not required.')
  } else {
    scope.say(at, 'file-needed', fileNeeded(name))
  }
}

function takeFile(at: Tree, { content, encoding }: FileContent, service: Service): void {
  const { scope, variables } = service
  const read = textOf(field(at, 'format')) === 'raw' ? readRawEnvText : readEnvText
  const lines = encoding === undefined ? read(content) : undefined
  if (!lines) {
    scope.say(at, 'wrong-form', 'A line of it is no variable, or a quote is not closed.')
    return
  }
  const before = new Map<string, string>()
  const known = {
    ...variables,
    get: (name: string) => variables.get(name) ?? before.get(name),
  }
  for (const line of lines) {
    const value = put(at, line, { ...service, variables: known })
    if (value !== undefined) before.set(line.name, value)
  }
  scope.say(at, 'inlined', `Its ${before.size} variables stand in the manifest now.`)
}

/** What it comes to, whether the text says something else of it or not. */
function put(
  at: Tree,
  { name, value: said, isRaw }: EnvLine,
  service: Service,
): string | undefined {
  const { part, scope, variables, draft, others, aliases } = service
  const value = said ?? variables.get(name)
  if (value === undefined) {
    const message = `${name} in it is handed through from where docker runs, which was not given: it is not set.`
    scope.say(at, 'variable-missing', message)
    return undefined
  }
  const filled = isRaw || !value.includes('$') ? undefined : fillIn(value, variables)
  const text = filled?.text ?? value
  if (part.env.has(name) && !part.fromFiles?.has(name)) return text
  if (filled) sayFilled(at, filled, scope)
  setEnv(part, { at, name, value: text }, scope)
  noteLeads(at, { name, value: text }, { draft, others, aliases, scope })
  part.fromFiles ??= new Set()
  part.fromFiles.add(name)
  return text
}
