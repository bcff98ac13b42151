/**
 * How the window reaches its node: in the desktop app over the preload's bridge, in a browser over
 * one WebSocket. Both carry the same contract.
 */
import type {
  ContractRouterClient,
  InferContractRouterInputs,
  InferContractRouterOutputs,
} from '@orpc/contract'
import type { Contract } from '../../node-core/api/contract/index.ts'

export type NodeClient = ContractRouterClient<Contract>
export type Inputs = InferContractRouterInputs<Contract>
export type Outputs = InferContractRouterOutputs<Contract>

/** One open line to the node. */
export interface Line {
  client: NodeClient
  /** Publishes a `.spore` file by the way that suits the line. */
  publish(file: File): Promise<Outputs['bundles']['publish']>
  /** Settles when the line is gone, whoever ended it. */
  closed: Promise<void>
  close(): void
}

/**
 * Where lines come from. `open` rejects with `LockedError` when the node wants to know who asks, and
 * with `NoNodeError` where it is known why no node answers.
 */
export interface Door {
  open(): Promise<Line>
  /** Starts a node that was stopped on purpose. Only the desktop app's door can. */
  startNode?(): void
  /** Takes a token a person pasted. Only doors that need one have it. */
  unlock?(token: string): void
}

export class LockedError extends Error {
  override readonly name = 'LockedError'
}

export class NoNodeError extends Error {
  override readonly name = 'NoNodeError'
  /** `NODE_STOPPED`: on purpose, until somebody starts it. Otherwise the node's own code. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

export {
  type BridgeEnd,
  type BridgeFrame,
  type BridgePort,
  findBridge,
  type MyceliumBridge,
} from './bridge.ts'
export { createBridgeDoor } from './bridge-door.ts'
export {
  type Connection,
  type ConnectionPhase,
  type ConnectionState,
  createConnection,
} from './connection.ts'
export { type FieldProblem, type Problem, toProblem } from './problem.ts'
export { createWebDoor } from './web-door.ts'
