import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Draft, EMPTY_DRAFT } from './draft.ts'

export interface DraftState {
  draft: Draft
  /** What it was before, the latest last. */
  past: readonly Draft[]
}

export interface DraftStore {
  store: StoreApi<DraftState>
  /** Changes of one stroke in a row are one step back. */
  change(to: (now: Draft) => Draft, stroke?: string): void
  /** What came of the last change by itself: part of its step. */
  amend(to: (now: Draft) => Draft): void
  undo(): void
}

const PAST_MAX = 100

export function createDraftStore(): DraftStore {
  const store = createStore<DraftState>(() => ({ draft: EMPTY_DRAFT, past: [] }))
  let lastStroke: string | undefined
  return {
    store,
    change(to, stroke) {
      const { draft, past } = store.getState()
      const next = to(draft)
      if (next === draft) return
      const goesOn = stroke !== undefined && stroke === lastStroke
      lastStroke = stroke
      store.setState({ draft: next, past: goesOn ? past : [...past, draft].slice(-PAST_MAX) })
    },
    amend(to) {
      store.setState(({ draft }) => ({ draft: to(draft) }))
    },
    undo() {
      const { past } = store.getState()
      const before = past.at(-1)
      if (!before) return
      lastStroke = undefined
      store.setState({ draft: before, past: past.slice(0, -1) })
    },
  }
}
