/**
 * The edge takes HTTP in on every node and routes it to healthy endpoints: by host name
 * `<workload>.localhost` or by path `/<workload>/…` (prefix stripped), and TCP at the ports that
 * workloads publish. Of two endpoints drawn by chance the one that costs less is asked, and those that
 * do badly are passed over (docs/adr/0032); another one is tried before the first byte is sent;
 * HTTP/1.1, and at the TLS port HTTP/2 too, come in;
 * WebSocket and streaming pass, any other upgrade is served as the plain request it came with. On path routes the prefix is put before absolute paths in Location
 * and before the Path of cookies, except those named `__Host-…`. Endpoints on this node are dialled
 * on loopback or in a network of its engine, those of other nodes are reached through a mesh stream, so that traffic
 * between nodes is always encrypted and no instance listens beyond its own machine.
 *
 *     const edge = createEdge({ self, net, endpoints, clock, random, logger }, { port: 8080 })
 *     await edge.start()
 */
import type { Duplex } from 'node:stream'
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Certificates } from '../certificates/index.ts'
import type { EdgeRules, Instance } from '../spec/index.ts'
import type { Gate } from './gate.ts'
import type { InUse } from './in-use.ts'

export interface Endpoint {
  workload: string
  instance: string
  node: NodeId
  /** The declared port it answers on. */
  containerPort: number
  /** On its node's loopback, or at `address`; only meaningful on that node. */
  hostPort: number
  /** IPv4, in a network of that node's engine. */
  address?: string
  /** Which run of the instance it is: one that is started again may be at the same port. */
  startedAt?: string
  healthy: boolean
  /** Its node gave no sign of life just now: it is asked where nobody else is left. */
  doubtful?: true
  /** Its share of the requests beside those of others; above 0. Default 1. */
  weight?: number
  /** Which version of the workload it is. */
  version?: string
}

/** Where the edge learns endpoints; implemented over the shared state by `node.ts`. */
export interface EndpointSource {
  /** The name as it is kept, of one as this edge's owner says it. */
  meant(said: string): string
  /** Undefined for a workload nobody has. Asked with each request, as the next: must be cheap. */
  service(workload: string): Service | undefined
  /**
   * False after a start, until it is known what is wanted by now: what nobody has or runs may be
   * somebody's.
   */
  isCurrent(): boolean
  /**
   * Healthy and unhealthy ones of a declared port, of the one that speaks HTTP unless told otherwise;
   * the same objects while nothing changes.
   */
  endpoints(workload: string, containerPort?: number): readonly Endpoint[]
  /** Ports that workloads want listened for, each once. */
  published(): readonly Published[]
  /** What keeps a workload from running, for people; empty when nothing does. */
  trouble(workload: string): string
  /** Anything of the above may have changed. */
  subscribe(listener: () => void): () => void
}

export interface Service {
  owner: OwnerId
  rules: EdgeRules
  /** It may be asleep: requests wait so long for it to wake. */
  wakeMs?: number
  /** Nothing of it is to run. */
  paused?: true
  /** It declares no port that HTTP could go to. */
  portless?: true
}

export interface Published {
  port: number
  workload: string
  containerPort: number
}

/** A published port as this edge has it. */
export interface TcpService extends Published {
  listens: boolean
  /** `127.0.0.1:15432`. */
  address: string
  /** Connections there are. */
  open: number
  /** Why it does not listen. */
  reason?: string
  /** The kind of that. */
  code?: TcpServiceCode
}

/**
 * Another program has it; it is one that this node itself needs; or it is not for everybody, and a client
 * of this edge may be one that it is not for.
 */
export type TcpServiceCode = 'PORT_TAKEN' | 'PORT_OWN' | 'NOT_PUBLIC'

export interface Edge extends Lifecycle {
  /** The port it listens on; 0 before start. */
  readonly port: number
  /** The port that takes TLS; undefined where none is wanted. */
  tls(): TlsPortState | undefined
  counts(): EdgeCounts
  /** The last requests taken in, the latest last. */
  requests(of: { workload?: string; limit: number }): EdgeRequest[]
  /** By workload, since the edge was created. */
  traffic(): ReadonlyMap<string, Traffic>
  /** The same by version, with what is open and waits, as whoever scales needs it. */
  readonly load: Load
  /** A pass for this node's owner: it opens the workload at any edge, if its rules do. */
  issuePass(workload: string): { pass: string; expiresAtMs: number }
  /** Published ports, listened for or not. */
  services(): TcpService[]
  /**
   * A connection to a declared port of a healthy instance, wherever it runs. Throws NO_ENDPOINT; that also
   * once the signal says that nobody waits for it. Half open at either end; its owner listens for `error`.
   */
  connect(
    workload: string,
    containerPort: number,
    options?: { signal?: AbortSignal },
  ): Promise<Duplex>
}

export interface TlsPortState {
  /** 0 while it is not open. */
  port: number
  /** As the owner asked for it; 0 picks a free one. */
  wanted: number
  /** Why it is not open, though there is a certificate. */
  reason?: string
}

/** One request as it is remembered: nothing of its query, headers or bodies. */
export interface EdgeRequest {
  /** Milliseconds since the epoch. */
  atMs: number
  workload: string
  /** Absent where the edge answered itself. */
  instance?: string
  method: string
  path: string
  status: number
  tookMs: number
  /** Of the answer's body; of an upgraded connection all that was sent. */
  bytes: number
  client: string
  member?: OwnerId
}

/** Counts of a workload's requests. */
export interface Traffic {
  /** By the first digit of the status: 1xx to 5xx. */
  byClass: number[]
  /** How many took no longer than each of `LATENCY_BOUNDS_MS`, and longer than the one before. */
  buckets: number[]
  sumMs: number
}

/** Of one workload. */
export interface EdgeLoad {
  /** Requests and connections under way. */
  open: number
  /** Requests that wait for a copy to wake. */
  waiting: number
  /** By version: what `Endpoint.version` says. */
  versions: ReadonlyMap<string, VersionLoad>
}

/** Since the edge was created. */
export interface VersionLoad {
  /** Attempts that were answered, or failed. */
  answers: number
  /** Answers with 5xx, and attempts without an answer. */
  errors: number
  /** Answers by the time to their first byte, in the classes of `latency-classes.ts` that are not empty. */
  latencies: Map<number, number>
}

export interface Load {
  /** By workload. */
  all(): ReadonlyMap<string, EdgeLoad>
  /** Calls once, when the next request for one of these is passed on, or over; instead of an earlier one. */
  onNext(of: ReadonlySet<string>, listener: () => void): void
  /** Calls whenever requests for a workload begin to wait, or none waits any more. */
  onWaits(listener: () => void): () => void
}

/** What whoever only wants connections needs of it. */
export type Dialer = Pick<Edge, 'connect'>

/** Since the edge was created; `open` is now. */
export interface EdgeCounts {
  /** Requests and upgrades taken in. */
  requests: number
  /** Requests under way, upgraded connections included. */
  open: number
  /** Attempts on another endpoint after one had failed. */
  retries: number
  /** Answers the edge gave itself: unknown name, nothing healthy, over a limit. */
  refusals: number
}

export interface EdgeDeps {
  self: NodeId
  net: Pick<Net, 'openStream'>
  endpoints: EndpointSource
  gate: Gate
  /** Is told of each connection to an instance of this node. */
  inUse: Pick<InUse, 'enter'>
  clock: Clock
  random: Random
  logger: Logger
}

export interface EdgeOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string
  /** Default 8080; 0 picks a free one. */
  port?: number
  /** Ports that this node itself needs: no workload gets them here. Default none. */
  ownPorts?: ReadonlySet<number> | undefined
  /** Host names besides loopback's under which path routes are served. Default none. */
  names?: readonly string[]
  /** DNS zones below which every workload has its name. Default none. */
  zones?: readonly string[]
  /** Names of given certificates, each with the workload it leads to (`Hosts.given`). */
  given?: ReadonlyMap<string, string>
  /** A port that takes TLS. Default none. */
  tls?: TlsOptions
}

export interface TlsOptions {
  /** 0 picks a free one. */
  port: number
  certificates: Pick<Certificates, 'contextFor' | 'covers' | 'any' | 'subscribe'>
  /** How long a handshake may take. Default 10 s. */
  handshakeMs?: number
}

export type EdgeErrorCode =
  /** Another program listens on the port. */
  | 'PORT_TAKEN'
  /** An instance on this computer did not take the connection in time. */
  | 'CONNECT_TIMEOUT'
  /** An instance that was asked to leave HTTP did not answer in time. */
  | 'ANSWER_TIMEOUT'
  /** All connections to an endpoint were in use for as long as there was for an answer. */
  | 'NO_ROOM'
  /** No healthy endpoint of the workload takes a connection. */
  | 'NO_ENDPOINT'
  /** The other node does not open the tunnel: not entitled, unknown instance, undeclared port. */
  | 'TUNNEL_REFUSED'
  /** The other node did not answer the tunnel's first message in time. */
  | 'TUNNEL_TIMEOUT'

/** The serving side of `tunnel/1`: lets other nodes' edges reach instances of this node. */
export interface TunnelServerDeps {
  net: Pick<Net, 'onStream'>
  /** What runs here, with the host port of each declared port. */
  instances: { local(): readonly Instance[] }
  /** Is told of each connection to them. */
  inUse: Pick<InUse, 'enter'>
  /** Whether that node may have connections to that workload's instances. */
  mayUse(peer: NodeId, workload: string): boolean
  /** Whether those that it has may go on: also while a copy ends there by whose work it might use it. */
  mayKeep(peer: NodeId, workload: string): boolean
  clock: Clock
  logger: Logger
}

export { createEdge } from './edge.ts'
export { createGate, type Gate, type Standing } from './gate.ts'
export { createInUse, type InUse } from './in-use.ts'
export { LATENCY_CLASSES_MS } from './latency-classes.ts'
export { quantileMs } from './ledger.ts'
export { LATENCY_BOUNDS_MS } from './limits.ts'
export { splice } from './splice.ts'
export { createTunnelServer } from './tunnel-server.ts'
