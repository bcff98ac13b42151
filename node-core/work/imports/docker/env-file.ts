/** `env_file` of a service: variables from files beside the text, whose content is handed in with it. */
import { setEnv } from '../draft.ts'
import type { Place } from '../report.ts'
import { each, field, isEmpty, isTrue, type Tree, textOf } from '../tree.ts'
import { fillIn, sayFilled } from '../variables.ts'
import { fileName, fileNeeded, type Service } from './service-rule.ts'

/** What is said under `environment` goes before, wherever it stands. */
export function takeEnvFiles(at: Tree, service: Service): void {
  if (isEmpty(at)) service.scope.say(at, 'kept')
  for (const item of isEmpty(at) ? [] : each(at)) takeOne(item, service)
}

function takeOne(at: Tree, service: Service): void {
  const { scope, envFiles } = service
  const named = at.kind === 'map' ? field(at, 'path') : at
  const name = textOf(named) ?? ''
  const file = envFiles.get(fileName(name))
  if (file) {
    const isRaw = textOf(field(at, 'format')) === 'raw'
    for (const [key, value] of file) put(at, { key, value, isRaw }, service)
    scope.say(at, 'inlined', `Its ${file.size} variables stand in the manifest now.`)
  } else if (at.kind === 'map' && field(at, 'required') && !isTrue(field(at, 'required'))) {
    scope.say(at, 'not-used', 'It was not given, and is not required.')
  } else {
    scope.say(at, 'file-needed', fileNeeded(name))
  }
}

function put(
  at: Place & Tree,
  { key, value, isRaw }: { key: string; value: string; isRaw: boolean },
  { part, scope, variables }: Service,
): void {
  if (part.env.has(key) && !part.fromFiles?.has(key)) return
  const filled = isRaw || !value.includes('$') ? undefined : fillIn(value, variables)
  if (filled) sayFilled(at, filled, scope)
  setEnv(part, { at, name: key, value: filled?.text ?? value }, scope)
  part.fromFiles ??= new Set()
  part.fromFiles.add(key)
}
