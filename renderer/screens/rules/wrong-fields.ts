import { parseEgress } from './egress.ts'
import type { RulesForm } from './rules.ts'
import { parseShares, parseTimes } from './takeover.ts'

/** Fields of the rules in which something may stand that cannot be read. */
export type WrongRule = 'egress' | 'shares' | 'shareMinutes'

/** Those in which it does: what can be read of them is not what somebody meant, and is not sent. */
export function wrongRulesOf(form: RulesForm, isJob: boolean): WrongRule[] {
  const wrong: WrongRule[] = []
  if (form.reach === 'list' && parseEgress(form.egress).wrongLine !== undefined) {
    wrong.push('egress')
  }
  if (isJob || form.rollout !== 'canary') return wrong
  const shares = parseShares(form.shares)
  if (!shares) wrong.push('shares')
  else if (!parseTimes(form.shareMinutes, shares.length)) wrong.push('shareMinutes')
  return wrong
}
