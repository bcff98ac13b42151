/** One node of the simulation: the real core, and a copy that checks what it is given. */
import { createHash } from 'node:crypto'
import { decode, encode } from '../../node-core/base/codec/index.ts'
import type { NodeId } from '../../node-core/base/net/index.ts'
import type { Random } from '../../node-core/base/random/index.ts'
import type { CommittedEntry, LogIndex } from '../../node-core/control/consensus/index.ts'
import { createFollowCore, type FollowCore } from '../../node-core/control/follow/core.ts'
import type { AskId, Facts } from '../../node-core/control/follow/effects.ts'

export interface FollowNode {
  readonly id: NodeId
  readonly isHub: boolean
  /** Changes what it hands on. */
  lies: boolean
  facts: Facts | undefined
  core: FollowCore
  copy: Copy
  alive: boolean
  /** Counts its lives: what was meant for an earlier one is lost. */
  life: number
  /** Questions that wait for an answer, each with the one who is asked. */
  asks: Map<AskId, NodeId>
  /** When it last heard from whom it follows. */
  heardMs: number
  tickAtMs: number
  sentBytes: number
}

/** The index and a hash over every payload's beginning, in order. */
export interface Copy {
  index: LogIndex
  chain: string
}

export const EMPTY: Copy = { index: 0 as LogIndex, chain: '' }

/** Undefined where the entry is not the next one. */
export function applied({ index, chain }: Copy, entry: CommittedEntry): Copy | undefined {
  if (entry.index !== index + 1) return undefined
  const hash = createHash('sha256')
    .update(chain)
    .update(entry.payload.subarray(0, 16))
    .digest('hex')
  return { index: entry.index, chain: hash }
}

export const stateOf = ({ index, chain }: Copy): Uint8Array => encode([index, chain])

export function copyOf(state: Uint8Array): Copy {
  const [index, chain] = decode(state) as [LogIndex, string]
  return { index, chain }
}

export function nodeId(number: number): NodeId {
  return createHash('sha256').update(`follow ${number}`).digest('hex') as NodeId
}

export function createNode(number: number, random: Random, isHub: (node: NodeId) => boolean) {
  const id = nodeId(number)
  const node: FollowNode = {
    ...{ id, isHub: isHub(id), lies: false, facts: undefined, alive: true, life: 1, copy: EMPTY },
    core: createFollowCore({
      self: id,
      random,
      isHub,
      hashAt: () => undefined,
      sign: () => stateOf(node.copy),
    }),
    ...{ asks: new Map(), heardMs: 0, tickAtMs: Number.POSITIVE_INFINITY, sentBytes: 0 },
  }
  return node
}
