/**
 * While a change is under way, which version a copy is of and what becomes of it: both stand in one slot and
 * have one name. Window and command line each have words of their own for it.
 */
import type { InstanceView, WorkloadView } from './workload-views.ts'

export type Changing = Pick<WorkloadView, 'instances' | 'rollout' | 'replicas' | 'conditions'>

export type CopyVersion = 'takenBack' | 'fresh' | 'freshServes' | 'old' | 'oldServes' | 'oldLeaves'

/** Undefined where all copies are of one. */
export function copyVersion(one: InstanceView, of: Changing): CopyVersion | undefined {
  // Where all are alike there is nothing to tell apart.
  if (!of.instances.some(({ earlier }) => earlier)) return undefined
  if (of.conditions.some(({ code }) => code === 'CANARY_TAKEN_BACK')) {
    return one.earlier ? 'takenBack' : undefined
  }
  const serves = of.rollout.kind === 'blueGreen' && serving(one) && hasTraffic(one, of)
  if (!one.earlier) return serves ? 'freshServes' : 'fresh'
  if (one.status === 'Stopping') return 'oldLeaves'
  if (serves) return 'oldServes'
  // Held, or with a share of the requests: it stays for now.
  return of.rollout.paused || of.rollout.kind === 'canary' ? 'old' : 'oldLeaves'
}

function serving({ status, health, lost, unassigned }: InstanceView): boolean {
  return status === 'Running' && health === 'healthy' && !lost && !unassigned
}

/** As edges have it: the old one, until every copy of the new one is there and warm; held, as long as half of it is. */
function hasTraffic(one: InstanceView, { instances, rollout, replicas }: Changing): boolean {
  const slots = (some: InstanceView[]): number => new Set(some.map(({ index }) => index)).size
  const old = slots(instances.filter((each) => each.earlier && serving(each)))
  const fresh = instances.filter((each) => !each.earlier && !each.warmsUntil && serving(each))
  const isHeld = rollout.paused && old * 2 >= replicas
  const isOver = old === 0 || (slots(fresh) >= replicas && !isHeld)
  return isOver !== (one.earlier === true)
}
