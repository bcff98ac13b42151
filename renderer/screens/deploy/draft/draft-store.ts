import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Draft, EMPTY_DRAFT } from './draft.ts'

export interface DraftState {
  draft: Draft
  /** What it was before, the latest last. */
  past: readonly Draft[]
  /** What was taken back, the latest first; another change forgets it. */
  future: readonly Draft[]
}

export interface DraftStore {
  store: StoreApi<DraftState>
  /** Changes of one stroke in a row are one step back. */
  change(to: (now: Draft) => Draft, stroke?: string): void
  /** What came of the last change by itself: part of its step. */
  amend(to: (now: Draft) => Draft): void
  undo(): void
  redo(): void
}

const PAST_MAX = 100

export function createDraftStore(): DraftStore {
  const store = createStore<DraftState>(() => ({ draft: EMPTY_DRAFT, past: [], future: [] }))
  let lastStroke: string | undefined
  return {
    store,
    change(to, stroke) {
      const { draft, past } = store.getState()
      const next = to(draft)
      if (next === draft) return
      const goesOn = stroke !== undefined && stroke === lastStroke
      lastStroke = stroke
      const before = goesOn ? past : [...past, draft].slice(-PAST_MAX)
      store.setState({ draft: next, past: before, future: [] })
    },
    amend(to) {
      store.setState(({ draft }) => ({ draft: to(draft) }))
    },
    undo() {
      const { draft, past, future } = store.getState()
      const before = past.at(-1)
      if (!before) return
      lastStroke = undefined
      store.setState({ draft: before, past: past.slice(0, -1), future: [draft, ...future] })
    },
    redo() {
      const { draft, past, future } = store.getState()
      const [next, ...rest] = future
      if (!next) return
      lastStroke = undefined
      store.setState({ draft: next, past: [...past, draft], future: rest })
    },
  }
}
