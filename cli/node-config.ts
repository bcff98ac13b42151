import { ENTRIES } from '../assets/catalogue/index.ts'
import type { NodeConfig } from '../node-core/node.ts'
import type { Config } from './config.ts'
import { keyValues } from './text/parse.ts'

/** What the file and the flags say, in the node's own words. */
export function nodeConfigOf(
  home: string,
  config: Config,
  windowFolder: string | undefined,
): NodeConfig {
  const {
    node = {},
    network = {},
    api = {},
    edge = {},
    shield = {},
    work = {},
    state = {},
    storage = {},
  } = config
  const given = {
    name: node.name,
    labels: node.tags && keyValues('tags', node.tags.map(tagPair)),
    listen: network.listen,
    announce: network.advertise_addr,
    bootstrap: network.bootstrap,
    peersMax: network.max_peers,
    mdns: network.mdns,
    exchangeIntervalMs: network.exchange_interval,
    discoveryIntervalMs: network.discovery_interval,
    apiPort: api.port,
    edgePort: edge.port,
    edgeHost: edge.host,
    edgeNames: edge.names,
    strangers: work.strangers,
    gpus: work.gpus === 'none' ? [] : work.gpus,
    shieldOpen: shield.open,
    edgeTlsPort: edge.tls_port,
    edgeCertificates: edge.certificates,
    tombstoneTtlMs: state.tombstone_ttl,
    gcIntervalMs: state.gc_interval,
    spaceBudgetBytes: storage.budget,
    windowFolder,
    catalogue: ENTRIES,
  }
  return { home, ...withoutUndefined(given) }
}

function tagPair(tag: string): string {
  return tag.includes('=') ? tag : `${tag}=true`
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function withoutUndefined<T extends object>(fields: T): Given<T> {
  const out: Given<T> = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) Object.assign(out, { [key]: value })
  }
  return out
}
