/**
 * The edge takes HTTP in on every node and routes it to healthy endpoints: by host name
 * `<workload>.localhost` or by path `/<workload>/…` (prefix stripped). Round-robin; another endpoint
 * is tried before the first byte is sent; WebSocket and streaming pass, any other upgrade is served as
 * the plain request it came with. On path routes the prefix is put before absolute paths in Location
 * and before the Path of cookies, except those named `__Host-…`. Endpoints on this node are dialled
 * on loopback, those of other nodes are reached through a mesh stream, so that traffic
 * between nodes is always encrypted and no instance listens beyond its own machine.
 *
 *     const edge = createEdge({ self, net, endpoints, clock, logger }, { port: 8080 })
 *     await edge.start()
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Instance } from '../spec/index.ts'

export interface Endpoint {
  workload: string
  instance: string
  node: NodeId
  /** The declared port it answers on. */
  containerPort: number
  /** On its node's loopback; only meaningful on that node. */
  hostPort: number
  healthy: boolean
}

/** Where the edge learns endpoints; implemented over the shared state by `node.ts`. */
export interface EndpointSource {
  /**
   * Undefined for a workload nobody has; healthy and unhealthy endpoints otherwise, in an order that
   * stays the same while they do. Asked once per request, so it must be cheap.
   */
  endpoints(workload: string): readonly Endpoint[] | undefined
}

export interface Edge extends Lifecycle {
  /** The port it listens on; 0 before start. */
  readonly port: number
  counts(): EdgeCounts
}

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
  clock: Clock
  logger: Logger
}

export interface EdgeOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string
  /** Default 8080; 0 picks a free one. */
  port?: number
  /** Host names besides loopback's under which path routes are served. Default none. */
  names?: readonly string[]
}

export type EdgeErrorCode =
  /** Another program listens on the port. */
  | 'PORT_TAKEN'
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
  /** Whether the owner of that node holds `use` in the network. */
  mayUse(peer: NodeId): boolean
  clock: Clock
  logger: Logger
}

export { createDialer, type Dialer } from './dial.ts'
export { createEdge } from './edge.ts'
export { createTunnelServer } from './tunnel-server.ts'
