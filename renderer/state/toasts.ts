import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Time } from '../time/index.ts'

export interface Toast {
  id: number
  tone: 'plain' | 'bad'
  text: string
  /** What was kept and what to do next, where that is not obvious. */
  detail?: string
  action?: { label: string; run: () => void }
}

export interface Toasts {
  store: StoreApi<Toast[]>
  show(toast: Omit<Toast, 'id' | 'tone'> & { tone?: Toast['tone']; forMs?: number }): number
  dismiss(id: number): void
  /** Does what the newest notice offers; false when none offers anything. */
  undo(): boolean
}

const SHOWN_MS = 5_000
/** A problem stays long enough to be read twice. */
const SHOWN_BAD_MS = 12_000
const TOASTS_MAX = 4

export function createToasts(time: Pick<Time, 'after'>): Toasts {
  const store = createStore<Toast[]>(() => [])
  let nextId = 1

  const dismiss = (id: number): void =>
    store.setState((toasts) => toasts.filter((toast) => toast.id !== id), true)

  return {
    store,
    dismiss,
    undo() {
      const offering = store.getState().findLast((toast) => toast.action)
      if (!offering) return false
      offering.action?.run()
      dismiss(offering.id)
      return true
    },
    show({ forMs, tone = 'plain', ...rest }) {
      const id = nextId
      nextId += 1
      store.setState((toasts) => withinBound([...toasts, { ...rest, tone, id }]), true)
      time.after(forMs ?? (tone === 'bad' ? SHOWN_BAD_MS : SHOWN_MS), () => dismiss(id))
      return id
    },
  }
}

/** The oldest give way, but for those that offer something: that may be a deletion's only way back. */
function withinBound(toasts: Toast[]): Toast[] {
  let surplus = toasts.length - TOASTS_MAX
  return toasts.filter(({ action }) => action !== undefined || surplus-- <= 0)
}
