import { createContext, useContext } from 'react'
import type { EnvPlace } from '../draft/index.ts'

/** What is typed of variables while a line of them cannot be read: the draft keeps it. */
export interface Unfinished {
  textOf(place: EnvPlace): string | undefined
  put(place: EnvPlace, text: string | undefined, stroke: string): void
}

export const UnfinishedContext = createContext<Unfinished | undefined>(undefined)

export function useUnfinished(): Unfinished {
  const unfinished = useContext(UnfinishedContext)
  if (!unfinished) throw new Error('The canvas is shown without a draft.')
  return unfinished
}
