/** Variables of a container: said, or named in ConfigMaps and Secrets. */
import { type Leads, noteLeads } from '../addresses.ts'
import { setEnv } from '../draft.ts'
import { addSecret, overSecret } from '../secrets.ts'
import { field, isEmpty, isTrue, itemsOf, type Tree, textOf } from '../tree.ts'
import type { KubeContainer } from './rule.ts'
import type { Settings } from './settings.ts'

/** Letters that the references in one value may come to: what a variable may have. */
const EXPANDED_LENGTH_MAX = 32_768

export function takeEnv(at: Tree, container: KubeContainer): void {
  const { scope, part } = container
  if (isEmpty(at)) scope.say(at, 'kept')
  else if (at.kind !== 'list') scope.say(at, 'wrong-form')
  for (const item of itemsOf(at)) {
    const name = textOf(field(item, 'name')) ?? ''
    const from = field(item, 'valueFrom')
    if (from) {
      takeFrom(item, { name, from }, container)
      continue
    }
    const before = new Map([...container.fromWhole, ...part.env])
    const value = expanded(textOf(field(item, 'value')) ?? '', before)
    if (value === undefined) {
      scope.say(item, 'wrong-form')
      continue
    }
    sayUnknown(item, textOf(field(item, 'value')) ?? '', container)
    notePlain(name, container)
    setEnv(part, { at: item, name, value }, scope)
    noteLed(item, { name, value }, container)
  }
}

function noteLed(at: Tree, variable: { name: string; value: string }, of: KubeContainer): void {
  noteLeads(at, variable, leadsOf(of))
}

export function leadsOf({ kube, scope }: KubeContainer): Leads {
  const { draft, services: others, copyNames, namespace } = kube
  return {
    ...{ draft, others, scope },
    copyNamed: (host) => copyNames(host, namespace),
    lost: (name) => kube.lost(name, { name: draft.name, namespace }),
  }
}

function takeFrom(
  at: Tree,
  { name, from }: { name: string; from: Tree },
  container: KubeContainer,
): void {
  const { scope, part } = container
  const config = field(from, 'configMapKeyRef')
  const secret = field(from, 'secretKeyRef')
  const reference = config ?? secret
  if (!reference) {
    container.unknown.set(name, 'field')
    scope.say(at, 'no-field-refs')
    return
  }
  const kind = config ? 'ConfigMap' : 'Secret'
  const named = textOf(field(reference, 'name')) ?? ''
  const settings = container.kube.settings(kind, named)
  const key = textOf(field(reference, 'key')) ?? ''
  if (kind === 'Secret' && !container.kube.secretsInTheOpen) {
    const optional = field(reference, 'optional')
    if (isTrue(optional) && !settings?.values.has(key)) {
      const missing = settings ? undefined : named
      sayMissing(at, optional, { kind, name: missing, container })
      return
    }
    settings?.used.add(key)
    takeSecret(at, { name, secret: `${named}/${key}` }, container)
    return
  }
  const value = settings?.values.get(key)
  if (!settings || !value) {
    const name = settings ? undefined : named
    sayMissing(at, field(reference, 'optional'), { kind, name, container })
    return
  }
  settings.used.add(key)
  if (value.text === undefined) {
    scope.say(at, 'wrong-form')
    return
  }
  notePlain(name, container)
  setEnv(part, { at, name, value: value.text, code: 'inlined' }, scope)
  // A Secret is not looked into, since a host is named in the report.
  if (config) noteLed(at, { name, value: value.text }, container)
}

export function takeEnvFrom(at: Tree, container: KubeContainer): void {
  const { scope, fromWhole } = container
  if (isEmpty(at)) scope.say(at, 'kept')
  else if (at.kind !== 'list') scope.say(at, 'wrong-form')
  for (const item of itemsOf(at)) {
    const config = field(item, 'configMapRef')
    const reference = config ?? field(item, 'secretRef')
    const kind = config ? 'ConfigMap' : 'Secret'
    const name = textOf(field(reference, 'name')) ?? ''
    const settings = container.kube.settings(kind, name)
    if (!settings) {
      sayMissing(item, field(reference, 'optional'), { kind, name, container })
      continue
    }
    const isSealed = kind === 'Secret' && !container.kube.secretsInTheOpen
    const variables = [...settings.values].filter(([, value]) => {
      // What is bytes in a ConfigMap is for files alone.
      return kind === 'Secret' || value.base64 === undefined
    })
    const prefix = textOf(field(item, 'prefix')) ?? ''
    for (const [key, value] of variables) {
      const name = `${prefix}${key}`
      const fits = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name) && name !== '__proto__'
      if (!fits || (!isSealed && value.text === undefined)) {
        settings.unnamed.add(key)
        scope.say(value.at, 'bad-variable-name')
        continue
      }
      settings.used.add(key)
      if (isSealed) {
        const secret = `${textOf(field(reference, 'name'))}/${key}`
        takeSecret(item, { name, secret }, container)
        continue
      }
      notePlain(name, container)
      fromWhole.set(name, value.text ?? '')
      if (config) noteLed(item, { name, value: value.text ?? '' }, container)
    }
    if (!isSealed) scope.say(item, 'inlined')
    else if (settings.values.size === 0) scope.say(item, 'not-used')
  }
}

/** Sealed here, for all containers of the workload; its value is set by whoever knows it. */
function takeSecret(
  at: Tree,
  { name, secret }: { name: string; secret: string },
  container: KubeContainer,
): void {
  const { scope, kube, part, fromWhole, unknown } = container
  const fits = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name) && /^[\x21-\x7e]{3,400}$/.test(secret)
  if (!fits) {
    scope.say(at, 'bad-variable-name')
    return
  }
  // Of one name the last of a container counts.
  fromWhole.delete(name)
  part.env.delete(name)
  unknown.set(name, 'secret')
  addSecret(kube.draft, secret, { goes: { env: name }, at, part })
}

/** Whatever it was before in this container, its value is known now. */
function notePlain(name: string, { kube, part, unknown }: KubeContainer): void {
  unknown.delete(name)
  overSecret(kube.draft, part, name)
}

function sayMissing(
  at: Tree,
  optional: Tree | undefined,
  {
    kind,
    name,
    container: { kube, scope },
  }: { kind: Settings['kind']; name: string | undefined; container: KubeContainer },
): void {
  const elsewhere = name === undefined ? undefined : kube.elsewhere(kind, name)
  const message = `The ${kind} that it names, or its key, is not in this text.`
  if (!isTrue(optional)) scope.say(at, 'not-there', elsewhere ?? message)
  else scope.say(at, 'not-used', elsewhere ?? `The ${kind} is not in this text.`)
}

/** Where it comes from `$(NAME)` of such a variable has a value; here it would stay as it is written. */
export function sayUnknown(at: Tree, text: string, { unknown, scope }: KubeContainer): void {
  for (const [, name = ''] of text.matchAll(REFERENCE)) {
    const why = unknown.get(name)
    if (!why) continue
    const instead =
      why === 'secret'
        ? 'a secret, and its value not known here: set the whole of this as a secret, or let a shell in the container put it together'
        : 'what instances here are not told: write out what it is to be'
    const message = `It refers to $(${name}), which is ${instead}.`
    scope.say(at, 'value-not-here', message)
  }
}

const REFERENCE = /\$\$|\$\(([A-Za-z_]\w*)\)/g

/** `$(NAME)` of variables that were set before; `$$(NAME)` is none. Undefined when it is too long. */
export function expanded(text: string, env: ReadonlyMap<string, string>): string | undefined {
  let result = ''
  let from = 0
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, name] = match
    const value = name === undefined ? '$' : (env.get(name) ?? whole)
    result += text.slice(from, match.index) + value
    from = match.index + whole.length
    if (result.length > EXPANDED_LENGTH_MAX) return undefined
  }
  return result + text.slice(from)
}
