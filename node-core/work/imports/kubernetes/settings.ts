/** ConfigMaps and Secrets of a text: values that containers name. */
import type { Report } from '../report.ts'
import { byRules, field, fieldsOf, isEmpty, type Rules, type Tree, textOf } from '../tree.ts'
import type { KubeObject } from './object.ts'

export interface Settings {
  at: Tree
  kind: 'ConfigMap' | 'Secret'
  /** Undefined where a value is not text. */
  values: Map<string, { at: Tree; text: string | undefined }>
  used: Set<string>
  /** Named by whole settings, and told to be no variables. */
  unnamed: Set<string>
}

export function settingsOf(object: KubeObject): Settings {
  const { at } = object
  const kind = object.kind === 'Secret' ? 'Secret' : 'ConfigMap'
  const values: Settings['values'] = new Map()
  for (const [key, value] of fieldsOf(field(at, 'data'))) {
    const text = textOf(value)
    values.set(key, { at: value, text: kind === 'Secret' ? fromBase64(text) : text })
  }
  if (kind === 'Secret') {
    for (const [key, value] of fieldsOf(field(at, 'stringData'))) {
      values.set(key, { at: value, text: textOf(value) })
    }
  }
  return { at, kind, values, used: new Set(), unnamed: new Set() }
}

function fromBase64(text: string | undefined): string | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/\s]*=*\s*$/.test(text)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'))
  } catch {
    // Bytes that are no text are no variable; whoever names it is told.
    return undefined
  }
}

/** What became of each value, once every container has taken what it names. */
export function saySettings(settings: Settings, report: Report, inTheOpen: boolean): void {
  const scope = report.scope()
  const sayValues = (at: Tree): void => {
    if (isEmpty(at)) scope.say(at, 'kept')
    else if (at.kind !== 'map') scope.say(at, 'wrong-form')
    for (const [key, value] of fieldsOf(at)) {
      if (!settings.used.has(key)) {
        if (!settings.unnamed.has(key)) scope.say(value, 'not-used')
      } else if (settings.kind === 'ConfigMap' || inTheOpen) scope.say(value, 'inlined')
      else scope.say(value, 'secret-not-brought')
    }
  }
  const rules: Rules<undefined> = new Map<string, (at: Tree) => void>([
    ['apiVersion', (at) => scope.say(at, 'kept')],
    ['kind', (at) => scope.say(at, 'kept')],
    ['metadata', (at) => scope.say(at, 'kept')],
    ['immutable', (at) => scope.say(at, 'kept')],
    ['type', (at) => scope.say(at, 'kept')],
    ['data', sayValues],
    ['stringData', sayValues],
    ['binaryData', (at) => scope.say(at, 'no-files')],
  ])
  byRules(settings.at, rules, { into: undefined, scope })
}
