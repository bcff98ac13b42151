/** Values that lead to another workload by its name, or out of the network: both are named in the manifest. */
import { EGRESS_PORTS_MAX, EGRESS_RULES_MAX, PORTS_MAX } from '../spec/index.ts'
import { addPort, type Draft, labelOf } from './draft.ts'
import { hostsIn, type NamedHost } from './hosts.ts'
import type { Place, Scope } from './report.ts'

/** What programs are told that people call them by; an API's is called by whose it is. */
const OWN_NAME =
  /^(DOMAIN|DOMAIN_NAME|BASE_URL|HOSTNAME)$|(^|_)(ROOT_URL|PUBLIC_URL|EXTERNAL_URL|SITE_URL|APP_URL|VIRTUAL_HOST|TRUSTED_DOMAINS)$/i
/** What a database, a user or the like is called, often as a workload is. */
const CALLED_SO = /USER|PASS|DATABASE|SCHEMA|_NAME$|_DB$/i

export interface Leads {
  draft: Draft
  /** What others are called in the text. */
  others: ReadonlySet<string>
  /** What else they are found by, and whose name that is. */
  aliases?: ReadonlyMap<string, string>
  /** Whether a host is one single copy of a workload. */
  copyNamed?: (host: string) => CopyNamed | undefined
  /** Why nothing is found by one of the others' names. */
  lost?: (name: string) => string | undefined
  scope: Scope
}

export interface CopyNamed {
  /** The workload’s. */
  name: string
  /** There is no other. */
  isOnly: boolean
}

export function noteLeads(
  at: Place,
  variable: { name: string; value: string },
  leads: Leads,
): void {
  for (const named of hostsIn(variable)) {
    const isOwn = isOwnName(named.host, leads)
    if (named.isBare && !isOwn) continue
    if (named.isBare && named.port === undefined) suspect(at, { ...named, variable }, leads)
    else if (!leadWithin(at, named, leads)) leadOutside(at, { ...named, variable }, leads)
  }
}

/** A command's words: `pg:5432`, `--db=pg:5432`, `--db-host pg`. What is not in the text is no matter here. */
export function noteWords(at: Place, words: readonly string[], leads: Leads): void {
  const named = words.flatMap((word, index) => {
    const [, flag, value] = /^--?([\w.-]+)=([\s\S]*)$/.exec(word) ?? []
    const before = /^--([\w.-]+)$/.exec(words[index - 1] ?? '')?.[1]
    return hostsIn({ name: flag ?? before ?? '', value: value ?? word })
  })
  for (const [host, same] of Map.groupBy(named, (one) => one.host)) {
    const one = same.find(({ port }) => port !== undefined) ?? same.find(({ isBare }) => !isBare)
    if (one && isOwnName(host, leads)) leadWithin(at, one, leads)
  }
}

/** Nothing but a name of the text: in Kubernetes also with its namespace, and all that may follow. */
function isOwnName(host: string, { others, aliases, copyNamed, lost }: Leads): boolean {
  if (others.has(host) || aliases?.has(host.toLowerCase()) || copyNamed?.(host)) return true
  const [first = ''] = host.split('.')
  return (
    lost !== undefined && others.has(first) && /^[\w-]+\.[\w-]+(\.svc(\.[\w.-]+)?)?$/.test(host)
  )
}

/** Whether that is a name of the text, whatever comes of it. */
function leadWithin(at: Place, { host, port, isSaid }: NamedHost, leads: Leads): boolean {
  const { draft, others, aliases, copyNamed, lost, scope } = leads
  const copy = copyNamed?.(host)
  if (copy) {
    noteCopy(at, { host, ...copy }, draft)
    return true
  }
  const first = host.split('.')[0] ?? ''
  const nowhere = lost?.(first)
  if (nowhere !== undefined) {
    scope.say(at, 'no-names', `“${host}” leads nowhere. ${nowhere}`)
    return true
  }
  const name = others.has(first) ? first : aliases?.get(host.toLowerCase())
  if (name === undefined) return false
  use(draft, name, host)
  if (isSaid && port !== undefined) draft.asked.push({ name, port })
  scope.say(at, 'found-by-name', `“${host}” leads to that workload: it is named under “uses”.`)
  return true
}

interface OfVariable extends NamedHost {
  variable: { name: string }
}

function leadOutside(
  at: Place,
  { host, port, variable }: OfVariable,
  { draft, scope }: Leads,
): void {
  if (port === undefined || !isOutside(host)) return
  if (OWN_NAME.test(variable.name)) {
    const message = `“${host}” is taken for its own public name, and not listed under “egress”. List it there if it is another's.`
    scope.say(at, 'own-name', message)
    return
  }
  const ports = draft.egress.get(host.toLowerCase()) ?? new Set()
  if (!hasRoom(draft, host, ports)) return
  draft.egress.set(host.toLowerCase(), ports.add(port))
  const message = `“${host}” is outside of the network: it is listed under “egress”, at port ${port}.`
  scope.say(at, 'found-outside', message)
}

/** It may as well be a kind, a mode or a brand. */
function suspect(at: Place, { host, variable }: OfVariable, { draft, lost }: Leads): void {
  const isLost = lost?.(host.split('.')[0] ?? '') !== undefined
  if (!isLost && !CALLED_SO.test(variable.name)) draft.suspected.push({ at, host })
}

/** Once all of a workload was read: what is found by a name by then is no matter of doubt. */
export function saySuspected({ suspected, uses, scope }: Draft): void {
  for (const { at, host } of suspected) {
    if (uses.has(host.toLowerCase())) continue
    const message = `“${host}” is also the name of a workload of this text. If that is meant, name it under “uses”.`
    scope.say(at, 'maybe-a-name', message)
  }
}

/** The only copy is the workload; but none finds itself, and of several none has a name of its own. */
export function noteCopy(
  at: Place,
  { host, name, isOnly }: CopyNamed & { host: string },
  draft: Draft,
): void {
  const { scope } = draft
  if (isOnly && name !== draft.name) {
    use(draft, name, host)
    scope.say(at, 'found-by-name', `“${host}” leads to that workload, which has one copy.`)
    return
  }
  const instead = `name “${name}” where any of them will do, and make what has to be told apart a workload of its own.`
  const self = 'An instance does not find itself, or those like it, by a name'
  const others = 'Copies have no names of their own here'
  const why = name === draft.name ? self : others
  scope.say(
    at,
    'no-copy-names',
    `“${host}” is one copy of “${name}”, and leads nowhere. ${why}: ${instead}`,
  )
}

/**
 * What others ask a workload at by number is declared for it: where containers share a network nothing need
 * be, and an image may say nothing of it. It gets no probe by that.
 */
export function declareAsked(drafts: readonly Draft[]): void {
  for (const { name: by, asked } of drafts) {
    for (const { name, port } of asked) {
      const draft = drafts.find((one) => one.name === (labelOf(name) ?? name))
      const part = draft?.parts[0]
      if (!draft || !part || hasPort(draft, port) || part.ports.length >= PORTS_MAX) continue
      if (part.ports.length === 0 && Object.keys(part.probes).length === 0) part.unasked = true
      addPort(part, { containerPort: port, protocol: 'tcp' })
      const message = `“${by}” asks it at port ${port}, which is declared for it, so that its name leads there.`
      draft.scope.say(draft.at, 'port-asked', message)
    }
  }
}

function hasPort({ parts }: Draft, port: number): boolean {
  return parts.some(({ ports }) =>
    ports.some(({ containerPort, protocol = 'tcp' }) => {
      return containerPort === port && protocol === 'tcp'
    }),
  )
}

/** What is called `name` in the text is found as `as`. */
export function use(draft: Draft, name: string, as: string): void {
  draft.uses.set(as.toLowerCase(), labelOf(name) ?? name)
}

/** As much as a workload can list; that the rest is not reached is said of it as a whole. */
function hasRoom({ egress }: Draft, host: string, ports: ReadonlySet<number>): boolean {
  if (!egress.has(host.toLowerCase()) && egress.size === EGRESS_RULES_MAX) return false
  return ports.size < EGRESS_PORTS_MAX
}

/** A whole name of the Internet's; those that mean a home, a cluster or this computer are none. */
function isOutside(host: string): boolean {
  const name = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i
  return (
    name.test(host) &&
    !/\.(local|localhost|internal|lan|home|intranet|svc|test|invalid)$/i.test(host)
  )
}
