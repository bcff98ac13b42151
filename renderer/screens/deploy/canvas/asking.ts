import type { Point } from '../../../topology/index.ts'

export const PIECES = ['service', 'volume', 'route', 'link'] as const
export type Piece = (typeof PIECES)[number]

/** What somebody is asked for before a piece is added. */
export interface Asking {
  piece: Piece
  /** The workload it was dropped on, or that was chosen. */
  service?: number | undefined
  /** Of a link: the one that is used. */
  to?: string | undefined
  /** Where on the canvas it was dropped. */
  at?: Point | undefined
}
