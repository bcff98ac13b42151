import type { ReactNode } from 'react'
import './page.css'

/** `well` is alive and good, `busy` on its way, `warn` wants a look, `bad` wants a person. */
export type Tone = 'well' | 'busy' | 'warn' | 'bad' | 'off'

/** A state by shape, colour and word, in that order of how much each may be missed. */
export function StateWord({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`state-word state-${tone}`}>{children}</span>
}
