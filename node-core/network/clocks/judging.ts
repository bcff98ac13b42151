import type { NodeId } from '../../base/net/index.ts'
import type { ClockVerdict } from './index.ts'
import { CLOCK_OFF_MS } from './limits.ts'

/**
 * What more than half of all clocks show, this computer's among them, is right: fewer cannot make it look
 * wrong, liars or not. `aheadMs`: of the others, each by how far it is ahead of this one.
 */
export function judgeClocks(self: NodeId, aheadMs: ReadonlyMap<NodeId, number>): ClockVerdict {
  const all = new Map([...aheadMs, [self, 0] as const])
  const sorted = [...all.values()].sort((left, right) => left - right)
  const middleMs = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  const from = (rightMs: number): ReadonlyMap<NodeId, number> =>
    new Map(
      [...all].flatMap(([node, ms]) => {
        return Math.abs(ms - rightMs) > CLOCK_OFF_MS ? [[node, ms - rightMs] as const] : []
      }),
    )
  const off = from(middleMs)
  const isClear = (all.size - off.size) * 2 > all.size
  return isClear ? { off, apart: new Map() } : { off: new Map(), apart: from(0) }
}
