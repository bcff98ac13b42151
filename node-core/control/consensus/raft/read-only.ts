/**
 * Reads without a log entry (thesis §6.4): the leader notes its commit index, and answers once a
 * quorum has confirmed, by a heartbeat's answer, that it still led after the question came.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'

export interface ReadRequest {
  /** Who asked: this node itself or a follower. */
  readonly from: NodeId
  readonly context: string
}

interface Round {
  readonly request: ReadRequest
  readonly index: LogIndex
  readonly acknowledged: Set<NodeId>
}

export interface ReadState {
  readonly context: string
  readonly index: LogIndex
}

export class ReadOnly {
  /** In the order in which they were asked. */
  #rounds = new Map<string, Round>()

  get size(): number {
    return this.#rounds.size
  }

  /** The context that the next heartbeats carry: an answer to it answers all before it too. */
  get newest(): string {
    let newest = ''
    for (const context of this.#rounds.keys()) newest = context
    return newest
  }

  add(request: ReadRequest, index: LogIndex): void {
    if (this.#rounds.has(request.context)) return
    this.#rounds.set(request.context, { request, index, acknowledged: new Set() })
  }

  /** Whoever has confirmed this round so far. */
  acknowledge(from: NodeId, context: string): ReadonlySet<NodeId> {
    const round = this.#rounds.get(context)
    round?.acknowledged.add(from)
    return round?.acknowledged ?? new Set()
  }

  /** Takes out this round and all before it: they were confirmed with it. */
  release(context: string): Pick<Round, 'request' | 'index'>[] {
    if (!this.#rounds.has(context)) return []
    const released: Round[] = []
    for (const [each, round] of this.#rounds) {
      released.push(round)
      this.#rounds.delete(each)
      if (each === context) break
    }
    return released
  }

  clear(): void {
    this.#rounds.clear()
  }
}
