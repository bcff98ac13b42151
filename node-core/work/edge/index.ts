/**
 * The edge takes HTTP in on every node and routes it to healthy endpoints: by host name
 * `<workload>.localhost` or by path `/<workload>/…` (prefix stripped). Round-robin; another endpoint
 * is tried before the first byte is sent; WebSocket and streaming pass. Endpoints on this node are
 * dialled on loopback, those of other nodes are reached through a mesh stream, so that traffic
 * between nodes is always encrypted and no instance listens beyond its own machine.
 */
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { NodeId } from '../../base/net/index.ts'

export interface Endpoint {
  workload: string
  instance: string
  node: NodeId
  /** The declared port it answers HTTP on. */
  containerPort: number
  /** On its node's loopback; only meaningful on that node. */
  hostPort: number
  healthy: boolean
}

/** Where the edge learns endpoints; implemented over the shared state by `node.ts`. */
export interface EndpointSource {
  /** Undefined for a workload nobody has; healthy and unhealthy endpoints otherwise. */
  endpoints(workload: string): readonly Endpoint[] | undefined
}

export interface Edge extends Lifecycle {
  /** The port it listens on; 0 before start. */
  readonly port: number
}
