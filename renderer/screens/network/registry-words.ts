import type { Status } from '../../../node-core/api/contract/index.ts'
import type { Tone } from '../../design/index.ts'

type Primary = NonNullable<Status['primary']>

/** How well it stands, as a colour and as the key of its words. */
export function registryState({ inForce, mayFail, silent = 0 }: Primary): {
  tone: Tone
  word: 'inForce' | 'bearsNoMore' | 'writesWait'
} {
  if (!inForce) return { tone: 'bad', word: 'writesWait' }
  // One that was founded to bear no loss is as it was meant to be.
  if (silent > 0 && mayFail === 0) return { tone: 'warn', word: 'bearsNoMore' }
  return { tone: 'well', word: 'inForce' }
}
