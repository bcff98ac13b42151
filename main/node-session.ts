import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../node-core/api/contract/index.ts'
import type { PortLike } from '../node-core/api/doors/ipc/index.ts'

export type NodeClient = ContractRouterClient<Contract>

/** Why a line has no node behind it. */
export interface LineEnd {
  code: string
  /** For a person to read. */
  message: string
}

/** One line of the window, as the node's door takes it. */
export interface LinePort extends PortLike {
  /** The node's side has ended: the window is told, and why where there is more to say. */
  close(why?: LineEnd): void
}

/** The node as the desktop app sees it, wherever it runs. */
export interface NodeSession {
  /** hosted: in this process. attached: a headless node that already held the home. */
  readonly kind: 'hosted' | 'attached'
  readonly client: NodeClient
  /** Carries the frames of one line of the window; the returned function ends it. */
  attach(port: LinePort): () => void
  /** Called once when an attached node has gone away. */
  onEnd(listener: () => void): void
  /** Hosted: stops the node in order. Attached: lets go of it. Safe to call twice. */
  stop(): Promise<void>
}
