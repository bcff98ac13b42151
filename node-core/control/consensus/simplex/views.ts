/** What is known of each view of the epoch that is not yet settled: proposal, votes, certificates. */
import type { NodeId } from '../../../base/net/index.ts'
import type { Block } from './block.ts'
import type { Certificate } from './certificate.ts'
import { type Evidence, isEquivocation } from './evidence.ts'
import type { View } from './numbering.ts'
import type { Vote, VoteKind } from './vote.ts'

export interface ViewState {
  readonly view: View
  /** The first that its leader made known. */
  proposal: Block | undefined
  /** The first of each author and kind; another one is evidence and is not counted. */
  readonly votes: Record<VoteKind, Map<NodeId, Vote>>
  /** Of authors that have none of that kind in `votes`; these count for nothing (`counting.ts`). */
  readonly unchecked: Record<VoteKind, Map<NodeId, Vote>>
  readonly certificates: Partial<Record<VoteKind, Certificate>>
}

export interface Views {
  /** Makes it if it is not there. */
  at(view: View): ViewState
  peek(view: View): ViewState | undefined
  /** Ascending, from this view on. */
  from(view: View): ViewState[]
  add(vote: Vote): 'new' | 'known' | Evidence
  /** False for one that contradicts another of its author. */
  keepUnchecked(vote: Vote): boolean
  /** Takes out what was not checked and contradicts this vote. */
  takeContradicted(vote: Vote): Vote[]
  dropBelow(view: View): void
  clear(): void
}

export function createViews(): Views {
  const states = new Map<View, ViewState>()
  /** Their ascending order, until it changes: every rule asks for it at every step. */
  let ascending: readonly ViewState[] | undefined

  function at(view: View): ViewState {
    const known = states.get(view)
    if (known) return known
    const state: ViewState = {
      ...{ view, proposal: undefined, certificates: {} },
      ...{ votes: emptyVotes(), unchecked: emptyVotes() },
    }
    states.set(view, state)
    ascending = undefined
    return state
  }

  return {
    at,
    peek: (view) => states.get(view),
    from(view) {
      ascending ??= [...states.values()].sort((left, right) => left.view - right.view)
      const first = ascending.findIndex((state) => state.view >= view)
      return first < 0 ? [] : ascending.slice(first)
    },
    add(vote) {
      const { votes, unchecked } = at(vote.view)
      for (const kind of KINDS) {
        const earlier = votes[kind].get(vote.author)
        if (earlier && isEquivocation(earlier, vote)) return { first: earlier, second: vote }
      }
      if (votes[vote.kind].has(vote.author)) return 'known'
      votes[vote.kind].set(vote.author, vote)
      unchecked[vote.kind].delete(vote.author)
      return 'new'
    },
    keepUnchecked(vote) {
      const { votes, unchecked } = at(vote.view)
      for (const kind of KINDS) {
        const earlier = votes[kind].get(vote.author) ?? unchecked[kind].get(vote.author)
        if (earlier && isEquivocation(earlier, vote)) return false
      }
      unchecked[vote.kind].set(vote.author, vote)
      return true
    },
    takeContradicted(vote) {
      const { unchecked } = at(vote.view)
      return KINDS.flatMap((kind) => {
        const earlier = unchecked[kind].get(vote.author)
        if (!earlier || !isEquivocation(earlier, vote)) return []
        unchecked[kind].delete(vote.author)
        return [earlier]
      })
    },
    dropBelow(view) {
      for (const known of states.keys()) if (known < view) states.delete(known)
      ascending = undefined
    },
    clear() {
      states.clear()
      ascending = undefined
    },
  }
}

export const KINDS: readonly VoteKind[] = ['notarise', 'nullify', 'finalise']

function emptyVotes(): ViewState['votes'] {
  return { notarise: new Map(), nullify: new Map(), finalise: new Map() }
}
