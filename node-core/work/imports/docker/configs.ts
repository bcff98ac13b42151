/** `configs` of a compose file, as files of the services that name them. */
import type { ReportCode } from '../codes.ts'
import { addFile, type FileContent, modeOf } from '../files.ts'
import type { Scope } from '../report.ts'
import { all } from '../rules.ts'
import { field, fieldsOf, isTrue, type Tree, textOf } from '../tree.ts'
import { fillTree } from '../variables.ts'
import { type Config, fileName, fileNeeded, type Service } from './service-rule.ts'

export function configsOf(documents: readonly Tree[]): Map<string, Config> {
  const found = documents.flatMap((document) => [...fieldsOf(field(document, 'configs'))])
  return new Map(found.map(([name, at]) => [name, { at, used: false }]))
}

/** What is wrong with one is said where a service names it. */
export function sayConfigs(configs: ReadonlyMap<string, Config>, scope: Scope): void {
  for (const { at, used } of configs.values()) scope.say(at, used ? 'inlined' : 'not-used')
}

export const takeConfigs = all((at: Tree, service: Service): void => {
  const { part, scope, configs } = service
  const name = textOf(at.kind === 'map' ? field(at, 'source') : at) ?? ''
  const config = configs.get(name)
  if (!config) {
    scope.say(at, 'not-there', 'There is no such name under “configs” of this text.')
    return
  }
  config.used = true
  const target = textOf(field(at, 'target')) ?? name
  const said = textOf(field(at, 'mode'))
  const mode = said === undefined ? undefined : modeOf(said)
  const content = contentOf(config.at, service)
  if (said !== undefined && mode === undefined) scope.say(at, 'wrong-form')
  else if ('code' in content) scope.say(at, content.code, content.message)
  else {
    const path = target.startsWith('/') ? target : `/${target}`
    scope.say(at, addFile(part, { path, mode, content }) ?? 'file-in-manifest')
  }
  for (const whose of ['uid', 'gid']) {
    const asked = field(at, whose)
    if (asked) scope.say(asked, 'no-file-owner')
  }
})

interface Missing {
  code: ReportCode
  message?: string
}

function contentOf(config: Tree, service: Service): FileContent | Missing {
  const { variables, scope, files } = service
  const at = fillTree(config, variables, scope)
  const content = textOf(field(at, 'content'))
  if (content !== undefined) return { content }
  const name = textOf(field(at, 'environment'))
  if (name !== undefined) {
    const value = variables.get(name)
    return value === undefined ? { code: 'variable-needed' } : { content: value }
  }
  const file = textOf(field(at, 'file'))
  if (file !== undefined) {
    const given = files.get(fileName(file))
    return given ?? { code: 'file-needed', message: fileNeeded(file) }
  }
  const external = field(at, 'external')
  const message = 'It is kept outside of this file: say “content” or “file”.'
  return isTrue(external) ? { code: 'not-there', message } : { code: 'wrong-form' }
}

/** A file beside the text that is mounted to be read alone comes along where it was given. */
export function takeFileMount(
  at: Tree,
  { source = '', target }: { source?: string; target: string },
  { part, scope, files }: Service,
): boolean {
  const content = files.get(fileName(source))
  if (!content) return false
  scope.say(at, addFile(part, { path: target, mode: undefined, content }) ?? 'file-in-manifest')
  return true
}
