/** What keeps a successor from serving, while the copy that it is to replace still does. Pure. */
import type { NodeId } from '../../base/net/index.ts'
import { copyName, type DesiredWorkload, type Instance, isCurrent } from '../spec/index.ts'
import type { Reason } from './local-instance.ts'

/** The one that is to take over from `old` and says that something is in its way. */
export function troubledSuccessor(
  old: Pick<Instance, 'id' | 'workload' | 'index'>,
  desired: DesiredWorkload,
  instances: readonly Instance[],
): Instance | undefined {
  return instances.find((one) => {
    const isOther = one.id !== old.id && one.workload === old.workload && one.index === old.index
    const isLeaving = one.status === 'Stopping' || one.status === 'Stopped' || one.ended
    return isOther && isCurrent(one, desired) && one.reason && !isLeaving && !isServing(one)
  })
}

/**
 * Those of slots that are served, each reason once: what a slot without anything says is among the
 * workload's own conditions. Of a change, what there is to do stands beside it.
 */
export function successorReasons(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  nameOf: (node: NodeId) => string,
): Reason[] {
  const { name } = desired.workload
  const reasons = new Map<string, Reason>()
  for (const old of instances) {
    if (old.workload !== name || !isServing(old)) continue
    const next = troubledSuccessor(old, desired, instances)
    if (!next?.reason || reasons.has(next.reason.code)) continue
    const { code, message } = next.reason
    const where = `${copyName(name, next.index)} on ${nameOf(next.node)}`
    const isMove = isCurrent(old, desired) || code === 'NOT_HEALTHY_YET'
    const ways = isMove ? '' : ` ${waysText(name, next)}`
    const said = /[.!?”]$/.test(message) ? message : `${message}.`
    reasons.set(code, { code, message: `What is to take over as ${where}: ${said}${ways}` })
  }
  return [...reasons.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

function isServing({ status, health }: Instance): boolean {
  return status === 'Running' && health === 'healthy'
}

function waysText(name: string, next: Instance): string {
  const back = `To take the change back: mycelium rollout rollback ${name}.`
  return hasRun(next) ? `What it wrote: mycelium logs ${name} --previous. ${back}` : back
}

/** A program that ended before it could be said to run has run too. */
function hasRun({ reason, startedAt, restarts }: Instance): boolean {
  if (reason?.code === 'NOT_RUNNABLE') return false
  return startedAt !== undefined || restarts > 0 || RAN.includes(reason?.code ?? '')
}

const RAN: readonly string[] = ['EXITED', 'EXITED_AT_ONCE']
