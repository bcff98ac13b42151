/**
 * While a change is under way, which version a copy is of and what becomes of it: both stand in one slot and
 * have one name. `copy-version.ts` of the window says the same, since neither may import the other.
 */
import type { Outputs } from '../node-client.ts'

type Workload = Outputs['workloads']['get']
type Instance = Workload['instances'][number]
export type Changing = Pick<Workload, 'instances' | 'rollout' | 'replicas' | 'conditions'>

export function copyVersion(one: Instance, of: Changing): string {
  // Where all are alike there is nothing to tell apart.
  if (!of.instances.some(({ earlier }) => earlier)) return ''
  if (of.conditions.some(({ code }) => code === 'CANARY_TAKEN_BACK')) {
    return one.earlier ? 'Taken back, leaving.' : ''
  }
  const serves = of.rollout.kind === 'blueGreen' && serving(one) && hasTraffic(one, of)
  if (!one.earlier) {
    if (serves) return 'New version, serves.'
    return one.status === 'Pending' ? 'New version, waiting.' : 'New version.'
  }
  if (one.status === 'Stopping') return 'Old version, leaving.'
  if (serves) return 'Old version, serves.'
  // Held, or with a share of the requests: it stays for now.
  const stays = of.rollout.paused || of.rollout.kind === 'canary'
  return stays ? 'Old version.' : 'Old version, leaving.'
}

function serving({ status, health, lost, unassigned }: Instance): boolean {
  return status === 'Running' && health === 'healthy' && !lost && !unassigned
}

/** As edges have it: the old one, until every copy of the new one is there and warm; held, as long as half of it is. */
function hasTraffic(one: Instance, { instances, rollout, replicas }: Changing): boolean {
  const slots = (some: Instance[]): number => new Set(some.map(({ index }) => index)).size
  const old = slots(instances.filter((each) => each.earlier && serving(each)))
  const fresh = instances.filter((each) => !each.earlier && !each.warmsUntil && serving(each))
  const isHeld = rollout.paused && old * 2 >= replicas
  const isOver = old === 0 || (slots(fresh) >= replicas && !isHeld)
  return isOver !== (one.earlier === true)
}
