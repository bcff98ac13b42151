/** The hosts that a value names, whether they are of the text or outside. */

const ADDRESS_NAME = /HOST|URL|URI|ADDR|SERVER|ENDPOINT|DSN|LINK|BROKER|UPSTREAM/i
/** `redis:7` is an image there, and no port. */
const IMAGE_NAME = /IMAGE|VERSION|(^|_)TAG/i
/** A list of hosts has a few; what is longer is no address. */
const ADDRESS_LENGTH_MAX = 2_048

export interface NamedHost {
  host: string
  port: number | undefined
  /** It stands there, rather than following from the scheme. */
  isSaid?: boolean
  /** Nothing but a name that somebody has says that it is a host. */
  isBare?: boolean
}

/** Each once; the port where it is said, or known. */
export function hostsIn({ name, value }: { name: string; value: string }): NamedHost[] {
  if (value.length > ADDRESS_LENGTH_MAX) return []
  const hosts: NamedHost[] = ADDRESS_NAME.test(name)
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
  if (!IMAGE_NAME.test(name)) hosts.push(...bareIn(value))
  return [...Map.groupBy(hosts, ({ host }) => host)].map(([host, same]) => {
    return same.find(({ port }) => port !== undefined) ?? same[0] ?? { host, port: undefined }
  })
}

/** `zk:2181/kafka,zk2:2181`, `-Dredis=redis:6379`; without a port only where there is nothing else. */
function bareIn(value: string): NamedHost[] {
  const withPort = value.split(/[,;\s='"()]+/).flatMap((one) => {
    const named = hostIn(one.replace(/\/.*$/, ''))
    return named?.port === undefined ? [] : [{ ...named, isBare: true }]
  })
  const alone = value.split(/[,;]/).flatMap((one) => {
    return /^[\w.-]+$/.test(one) ? [{ host: one, port: undefined, isBare: true }] : []
  })
  return [...withPort, ...alone]
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
