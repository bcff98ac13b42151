/** ConfigMaps and Secrets of a text: values that containers name. */
import type { Report } from '../report.ts'
import { byRules, field, fieldsOf, isEmpty, type Rules, type Tree, textOf } from '../tree.ts'
import { namespaceText } from './namespaces.ts'
import type { KubeObject } from './object.ts'

export interface Settings {
  at: Tree
  kind: 'ConfigMap' | 'Secret'
  /** `text` is undefined where a value is not text; `base64` is there where it is bytes. */
  values: Map<string, { at: Tree; text: string | undefined; base64?: string }>
  used: Set<string>
  /** Namespaces in which something names it, and does not find it. */
  missedIn: Set<string>
  name: string
  namespace: string
  /** Named by whole settings, and told to be no variables. */
  unnamed: Set<string>
}

/** A volume of a pod that holds them. */
export interface FileVolume {
  kind: Settings['kind']
  /** Of the ConfigMap or the Secret. */
  name: string
  /** Where it stands, and the part of that which says what it is made of. */
  whole: Tree
  at: Tree
  /** A container mounts it. */
  used: boolean
}

export function settingsOf(object: KubeObject): Settings {
  const { at } = object
  const kind = object.kind === 'Secret' ? 'Secret' : 'ConfigMap'
  const values: Settings['values'] = new Map()
  for (const [key, value] of fieldsOf(field(at, 'data'))) {
    const text = textOf(value)
    values.set(key, kind === 'Secret' ? bytesAt(value) : { at: value, text })
  }
  if (kind === 'ConfigMap') {
    for (const [key, value] of fieldsOf(field(at, 'binaryData'))) values.set(key, bytesAt(value))
  } else {
    for (const [key, value] of fieldsOf(field(at, 'stringData'))) {
      values.set(key, { at: value, text: textOf(value) })
    }
  }
  const { name, namespace } = object
  return {
    at,
    kind,
    values,
    name,
    namespace,
    used: new Set(),
    missedIn: new Set(),
    unnamed: new Set(),
  }
}

function bytesAt(at: Tree): { at: Tree; text: string | undefined; base64?: string } {
  const text = textOf(at)
  if (text === undefined || !/^[A-Za-z0-9+/\s]*=*\s*$/.test(text)) return { at, text: undefined }
  const bytes = Buffer.from(text, 'base64')
  const base64 = bytes.toString('base64')
  try {
    return { at, base64, text: new TextDecoder('utf-8', STRICT).decode(bytes) }
  } catch {
    // Bytes that are no text are no variable; whoever names it is told.
    return { at, base64, text: undefined }
  }
}

/** Letter by letter, the mark that some begin a file with included. */
const STRICT = { fatal: true, ignoreBOM: true }

function missedText({ kind, namespace, missedIn }: Settings): string | undefined {
  if (missedIn.size === 0) return undefined
  const where = [...missedIn].map(namespaceText).join(' and ')
  return `What names it is in ${where}, and this ${kind} in ${namespaceText(namespace)}.`
}

/** What became of each value, once every container has taken what it names. */
export function saySettings(settings: Settings, report: Report, inTheOpen: boolean): void {
  const scope = report.scope()
  const sayValues = (at: Tree): void => {
    if (isEmpty(at)) scope.say(at, 'kept')
    else if (at.kind !== 'map') scope.say(at, 'wrong-form')
    for (const [key, value] of fieldsOf(at)) {
      if (!settings.used.has(key)) {
        if (!settings.unnamed.has(key)) scope.say(value, 'not-used', missedText(settings))
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
    ['binaryData', sayValues],
  ])
  byRules(settings.at, rules, { into: undefined, scope })
}
