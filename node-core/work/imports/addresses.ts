/** Values that lead to another workload by its name, or out of the network: both are named in the manifest. */
import { EGRESS_PORTS_MAX, EGRESS_RULES_MAX, PORTS_MAX } from '../spec/index.ts'
import { addPort, type Draft, labelOf } from './draft.ts'
import type { Place, Scope } from './report.ts'

const ADDRESS_NAME = /HOST|URL|URI|ADDR|SERVER|ENDPOINT|DSN|LINK|BROKER|UPSTREAM/i
/** What programs are told that people call them by; an API's is called by whose it is. */
const OWN_NAME =
  /^(DOMAIN|DOMAIN_NAME|BASE_URL|HOSTNAME)$|(^|_)(ROOT_URL|PUBLIC_URL|EXTERNAL_URL|SITE_URL|APP_URL|VIRTUAL_HOST|TRUSTED_DOMAINS)$/i
/** A list of hosts has a few; what is longer is no address. */
const ADDRESS_LENGTH_MAX = 2_048

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
  { draft, others, aliases, copyNamed, lost, scope }: Leads,
): void {
  for (const { host, port, isSaid } of hostsOf(variable)) {
    const copy = copyNamed?.(host)
    if (copy) {
      noteCopy(at, { host, ...copy }, draft)
      continue
    }
    const first = host.split('.')[0] ?? ''
    const nowhere = lost?.(first)
    if (nowhere !== undefined) {
      scope.say(at, 'no-names', `“${host}” leads nowhere. ${nowhere}`)
      continue
    }
    const name = others.has(first) ? first : aliases?.get(host.toLowerCase())
    if (name !== undefined) {
      use(draft, name, host)
      if (isSaid && port !== undefined) draft.asked.push({ name, port })
      scope.say(at, 'found-by-name', `“${host}” leads to that workload: it is named under “uses”.`)
    } else if (port !== undefined && isOutside(host)) {
      if (OWN_NAME.test(variable.name)) {
        const message = `“${host}” is taken for its own public name, and not listed under “egress”. List it there if it is another's.`
        scope.say(at, 'own-name', message)
        continue
      }
      const ports = draft.egress.get(host.toLowerCase()) ?? new Set()
      if (!hasRoom(draft, host, ports)) continue
      draft.egress.set(host.toLowerCase(), ports.add(port))
      const message = `“${host}” is outside of the network: it is listed under “egress”, at port ${port}.`
      scope.say(at, 'found-outside', message)
    }
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

interface NamedHost {
  host: string
  port: number | undefined
  /** It stands there, rather than following from the scheme. */
  isSaid?: boolean
}

/** The hosts that a variable's value names, if it is about any; the port where it is said, or known. */
function hostsOf({ name, value }: { name: string; value: string }): NamedHost[] {
  if (value.length > ADDRESS_LENGTH_MAX) return []
  const hosts = ADDRESS_NAME.test(name)
    ? value.split(/[,;\s]+/).flatMap((one) => hostIn(one) ?? [])
    : []
  // In a URL it is an address whatever the variable is called.
  for (const [, host = ''] of value.matchAll(/(?:\/\/|@|@tcp\()([\w.-]+)/g)) {
    hosts.push({ host, port: undefined })
  }
  for (const url of value.matchAll(
    /([a-z][a-z0-9+]*):\/\/(?:[^\s/@]*@)?([\w.-]+)(?::(\d{1,5}))?/g,
  )) {
    const [, scheme = '', host = '', digits] = url
    const isSaid = digits !== undefined
    hosts.push({ host, port: isSaid ? portOf(digits) : SCHEMES.get(scheme), isSaid })
  }
  return [...Map.groupBy(hosts, ({ host }) => host)].map(([host, same]) => {
    return same.find(({ port }) => port !== undefined) ?? { host, port: undefined }
  })
}

function hostIn(text: string): NamedHost | undefined {
  const [, host, digits] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  return host === undefined
    ? undefined
    : { host, port: portOf(digits ?? ''), isSaid: digits !== undefined }
}

function portOf(digits: string): number | undefined {
  const port = Number(digits)
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** Where they lead when no port is said. */
const SCHEMES: ReadonlyMap<string, number> = new Map([
  ...([
    ['http', 80],
    ['https', 443],
    ['smtp', 25],
    ['smtps', 465],
    ['imaps', 993],
  ] as const),
  ...([
    ['ldap', 389],
    ['ldaps', 636],
    ['ssh', 22],
    ['amqp', 5_672],
    ['amqps', 5_671],
  ] as const),
  ...([
    ['mysql', 3_306],
    ['postgres', 5_432],
    ['postgresql', 5_432],
    ['redis', 6_379],
  ] as const),
])

/** A whole name of the Internet's; those that mean a home, a cluster or this computer are none. */
function isOutside(host: string): boolean {
  const name = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i
  return (
    name.test(host) &&
    !/\.(local|localhost|internal|lan|home|intranet|svc|test|invalid)$/i.test(host)
  )
}
