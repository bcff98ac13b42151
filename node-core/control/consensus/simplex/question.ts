/** What a reader has asked the voters (see `reading.ts`), and what they have told it since. */
import type { NodeId } from '../../../base/net/index.ts'
import type { ReadId } from '../index.ts'
import type { Epoch, View } from './numbering.ts'

export interface Question {
  /** Nobody can answer before it is asked, or for an earlier life. */
  readonly nonce: string
  readonly bornTick: number
  /** What was asked between two `ready` is one question. */
  readonly reads: ReadId[]
  /** Whose committee is asked. */
  epoch: Epoch
  told: boolean
  readonly horizons: Map<NodeId, View>
}
