/** How this node's instances find other workloads, and hosts outside: names from what is wanted. */
import type { InstanceNames } from './api/handlers/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { Dialer } from './work/edge/index.ts'
import { type Lead, leadsOf, leadText, toldPorts } from './work/naming/index.ts'
import type { ViewChange, WorkView } from './work/reconcile/index.ts'
import type { Outside } from './work/shield/index.ts'

export interface InstanceNamesDeps {
  view: Pick<WorkView, 'desired' | 'ownerOf' | 'assigned' | 'subscribe'>
  dialer: Dialer
  outside: Outside
}

export function createInstanceNames(
  { view, dialer, outside }: InstanceNamesDeps,
  of: string,
): InstanceNames {
  /** An instance on its way out keeps its names once the workload is gone. */
  let last: Lead[] = []
  const lastTold = new Map<string, number[]>()

  function leads(): Lead[] {
    const self = view.desired(of)
    if (self) last = leadsOf(self, { desired: view.desired, ownerOf: view.ownerOf, told })
    return last
  }

  /** While no copy runs, a connection waits for the next at the port of the last. */
  function told(name: string): number[] {
    const now = toldPorts(view.assigned(name))
    if (now.length > 0) lastTold.set(name, now)
    return lastTold.get(name) ?? []
  }

  /** An instance's id begins with its workload's name. */
  function concerns(change: ViewChange): boolean {
    if (change.of !== 'instance') return change.of === 'workload' || change.of === 'assignments'
    return last.some(({ name, outside }) => !outside && change.id.startsWith(`${name}-`))
  }

  return {
    async *watch(signal) {
      let told: string | undefined
      let wake = Promise.withResolvers<void>()
      const stop = view.subscribe((change) => {
        if (concerns(change)) wake.resolve()
      })
      const end = (): void => wake.resolve()
      signal?.addEventListener('abort', end)
      try {
        while (!signal?.aborted) {
          const now = leads()
          const text = JSON.stringify(now)
          if (text !== told) yield now
          told = text
          await wake.promise
          wake = Promise.withResolvers<void>()
        }
      } finally {
        stop()
        signal?.removeEventListener('abort', end)
      }
    },
    async connect(as, port, options) {
      const lead = leads().find((one) => one.as === as)
      if (!lead) {
        const message = `The manifest names no “${as}” under “uses” or “egress”.`
        throw new MyceliumError('USE_UNDECLARED', message)
      }
      const nowhere = leadText(lead)
      if (nowhere !== undefined) throw new MyceliumError('USE_LEADS_NOWHERE', nowhere)
      if (!lead.ports.includes(port)) {
        throw new MyceliumError('USE_LEADS_NOWHERE', `“${as}” declares no TCP port ${port}.`)
      }
      if (lead.outside) return outside.connect(lead.name, port, view.desired(of)?.owner)
      return dialer.connect(lead.name, port, options)
    },
  }
}
