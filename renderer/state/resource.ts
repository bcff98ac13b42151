import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Time } from '../time/index.ts'
import { type Problem, toProblem } from '../transport/index.ts'

export interface ResourceState<T> {
  /** The last answer; kept while a newer one is on its way or could not be had. */
  data: T | undefined
  /** Why the last attempt failed; gone as soon as one succeeds. */
  problem: Problem | undefined
  loading: boolean
}

/** Something the node can be asked for again, with the last answer at hand. */
export interface Resource<T> {
  store: StoreApi<ResourceState<T>>
  /** Asks soon. Many calls in a short time become one; at most one question is out at a time. */
  refresh(): void
  /** Puts an answer that came by another way, such as the reply to a change. */
  put(data: T): void
  /** Forgets everything. */
  clear(): void
}

/** A burst of events costs one question. */
const GATHER_MS = 120

export function createResource<T>(ask: () => Promise<T>, time: Time): Resource<T> {
  const store = createStore<ResourceState<T>>(() => ({
    data: undefined,
    problem: undefined,
    loading: false,
  }))
  let cancelPlanned: (() => void) | undefined
  let asking = false
  let again = false
  let epoch = 0

  async function load(): Promise<void> {
    cancelPlanned = undefined
    if (asking) {
      again = true
      return
    }
    asking = true
    const started = epoch
    store.setState({ loading: true })
    try {
      const data = await ask()
      if (started === epoch) store.setState({ data, problem: undefined, loading: false })
    } catch (error) {
      if (started === epoch) store.setState({ problem: toProblem(error), loading: false })
    } finally {
      asking = false
      if (again) {
        again = false
        refresh()
      }
    }
  }

  function refresh(): void {
    if (cancelPlanned) return
    // The first question is not delayed: somebody is looking at an empty page.
    const delayMs = store.getState().data === undefined ? 0 : GATHER_MS
    cancelPlanned = time.after(delayMs, () => void load())
  }

  return {
    store,
    refresh,
    put: (data) => store.setState({ data, problem: undefined }),
    clear() {
      epoch += 1
      again = false
      cancelPlanned?.()
      cancelPlanned = undefined
      store.setState({ data: undefined, problem: undefined, loading: false })
    },
  }
}
