import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Draft } from './draft.ts'
import type { DraftStore } from './draft-store.ts'

/** Given by the shell, which outlives the screen: a draft waits while somebody looks elsewhere. */
export const DraftContext = createContext<DraftStore | undefined>(undefined)

export function useDraftStore(): DraftStore {
  const store = useContext(DraftContext)
  if (!store) throw new Error('A way to deploy is shown without a draft.')
  return store
}

export function useDraft(): Draft {
  return useStore(useDraftStore().store, ({ draft }) => draft)
}

/** Whether there is a step to take back. */
export function useIsChanged(): boolean {
  return useStore(useDraftStore().store, ({ past }) => past.length > 0)
}

/** Whether there is a step to take again. */
export function useIsUndone(): boolean {
  return useStore(useDraftStore().store, ({ future }) => future.length > 0)
}
