/** What a manifest asks for that the shield does not let through by itself (docs/adr/0035). */
import { rangeIsShielded } from '../../work/addresses/index.ts'
import type { Workload } from '../../work/spec/index.ts'
import type { Reason } from './index.ts'

/** What computers have opened is known to each of them alone. */
export function shieldedReason({ egress }: Pick<Workload, 'egress'>): Reason[] {
  const rules = Array.isArray(egress) ? egress : []
  const listed = rules.flatMap((rule) => ('address' in rule ? [rule.address] : []))
  const shielded = [...new Set(listed.filter(rangeIsShielded))]
  if (shielded.length === 0) return []
  const which = `${shielded.join(', ')} ${shielded.length === 1 ? 'is' : 'are'}`
  const message =
    `${which} of no public network: nothing gets there, save from a computer of the same owner who ` +
    'has opened it with [shield] open.'
  return [{ code: 'EGRESS_SHIELDED', message }]
}
