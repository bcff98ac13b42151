/**
 * Where some of the committee may lie, no single hand is believed: before entries are applied, and
 * before a snapshot is shown, so many of its members as cannot all lie have to say that theirs are the
 * same. They are asked directly, whoever brought the entries.
 */
import { type Clock, sleep } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type Random, shuffle } from '../../base/random/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import { CONFIRM_AGAIN_MS, CONFIRM_TRIES_MAX } from './limits.ts'
import type { Answer, Question } from './messages.ts'
import { entriesDigest } from './vouching.ts'

export interface Confirming {
  /** That these come after that entry. */
  entries(after: LogIndex, entries: readonly CommittedEntry[]): Promise<boolean>
  /** That the state as of an entry has this hash. */
  state(index: LogIndex, hash: string): Promise<boolean>
}

export interface Vouchers {
  nodes: readonly NodeId[]
  needed: number
}

export interface ConfirmingDeps {
  clock: Clock
  random: Random
  ask(node: NodeId, question: Question): Promise<Answer | undefined>
  /** Who is asked, and how many of them have to say so; 0 where one hand is enough. */
  vouchers(): Vouchers
  signal: AbortSignal
}

export function createConfirming(deps: ConfirmingDeps): Confirming {
  const { clock, random, signal } = deps

  async function confirm(question: Question): Promise<boolean> {
    const yes = new Set<NodeId>()
    const no = new Set<NodeId>()
    for (let tries = 0; tries < CONFIRM_TRIES_MAX && !signal.aborted; tries++) {
      if (tries > 0) await sleep(clock, CONFIRM_AGAIN_MS, { signal }).catch(() => undefined)
      const { nodes, needed } = deps.vouchers()
      const left = nodes.filter((node) => !yes.has(node) && !no.has(node))
      // No more than it takes, as long as they answer and agree.
      const asked = shuffle(random, left).slice(0, needed - yes.size + tries)
      await Promise.all(
        asked.map(async (node) => {
          const answer = await deps.ask(node, question)
          if (answer?.kind !== 'vouched' || answer.same === null) return
          ;(answer.same ? yes : no).add(node)
        }),
      )
      if (yes.size >= needed) return true
      if (no.size >= needed) return false
    }
    return false
  }

  return {
    async entries(after, entries) {
      const to = (after + entries.length) as LogIndex
      if (deps.vouchers().needed === 0 || entries.length === 0) return true
      return confirm({ kind: 'vouch', what: 'entries', after, to, digest: entriesDigest(entries) })
    },
    async state(index, hash) {
      const digest = Uint8Array.from(Buffer.from(hash, 'hex'))
      return confirm({ kind: 'vouch', what: 'state', after: index, to: index, digest })
    },
  }
}
