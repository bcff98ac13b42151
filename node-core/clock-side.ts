/** What this node says of its clock, where those of others show another time (`network/clocks`). */
import type { Reason } from './api/handlers/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { Clocks } from './network/clocks/index.ts'

export interface ClockParts {
  mesh: { readonly self: NodeId }
  clocks: Pick<Clocks, 'verdict'>
  membership: { get(node: NodeId): { profile: { name: string } } | undefined }
}

export function wrongClock({ mesh, clocks, membership }: ClockParts): Reason[] {
  const { off, apart } = clocks.verdict()
  const ownMs = off.get(mesh.self)
  const [[other, aheadMs] = []] = apart
  if (ownMs !== undefined) {
    const message = `The clock of this computer is ${lengthOf(ownMs)} ${ownMs > 0 ? 'ahead of' : 'behind'} what most others show. ${SET_IT}`
    return [{ code: 'CLOCK_OFF', message }]
  }
  if (other === undefined || aheadMs === undefined) return []
  const name = membership.get(other)?.profile.name ?? other.slice(0, 8)
  const message =
    `The clock of ${name} is ${lengthOf(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of this ` +
    `computer, and nobody can say which of the two is wrong. Look at both. ${SET_IT}`
  return [{ code: 'CLOCKS_DIFFER', message }]
}

const SET_IT =
  'Set it right, best by the network (NTP): times that people read are wrong, schedules run at the wrong ' +
  'time, and certificates are refused where it is more than two hours.'

/** In the largest unit of which there are two, as people say it. */
function lengthOf(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  if (minutes >= 2_880) return `${Math.round(minutes / 1_440)} days`
  if (minutes >= 120) return `${Math.round(minutes / 60)} hours`
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}
