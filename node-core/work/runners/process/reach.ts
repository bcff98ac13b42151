/**
 * What programs connect to, bounded by the shield from before they begin until they have ended: by the user
 * that each has for itself (docs/adr/0035).
 */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import type { Bound, Shield, Subject } from '../../shield/index.ts'
import type { StartRequest } from '../index.ts'
import type { InstanceRecord } from './record.ts'

export interface Reach {
  /** Why it is not bounded. `ownUsers`: programs have users of their own. */
  obstacle(ownUsers: boolean): string | undefined
  /** For the record. Throws NOT_SUPPORTED for work of other owners where there is no bound. */
  plan(request: StartRequest, ownUsers: boolean): Pick<InstanceRecord, 'reach'>
  begin(record: InstanceRecord): Promise<void>
  end(record: InstanceRecord): Promise<void>
  /** These run, and no others do. */
  restore(records: readonly InstanceRecord[]): Promise<void>
  /** What programs sent and received, by their users; of none where nobody counts it. */
  traffic: Shield['traffic']
}

/** @param self Of this node. */
export function createReach(shield: Shield, self: OwnerId): Reach {
  function obstacle(ownUsers: boolean): string | undefined {
    const none = shield.obstacle()
    if (none) return none.message
    if (ownUsers) return undefined
    return 'Connections of programs are not bounded: they have no users of their own here.'
  }

  return {
    obstacle,
    plan({ workload: { egress }, owner }, ownUsers) {
      const own = owner === undefined || owner === self
      const why = obstacle(ownUsers)
      if (why !== undefined && !own) {
        const message = `Programs of other owners are not run here. ${why}`
        throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'NO_SHIELD' } })
      }
      return { reach: { own, ...(egress && { egress }) } }
    },
    async begin(record) {
      const subject = subjectOf(record)
      if (subject) await shield.bind(subject, boundOf(record))
    },
    async end(record) {
      const subject = subjectOf(record)
      if (subject) await shield.release(subject)
    },
    async restore(records) {
      const bounds = records.flatMap((record): [Subject, Bound][] => {
        const subject = subjectOf(record)
        return subject ? [[subject, boundOf(record)]] : []
      })
      await shield.bindOnly('user', new Map(bounds))
    },
    traffic: () => shield.traffic(),
  }
}

function subjectOf({ userId }: InstanceRecord): Subject | undefined {
  return userId === undefined ? undefined : `user:${userId}`
}

/** One of which nothing is on record reaches nothing. */
function boundOf({ reach, ports }: InstanceRecord): Bound {
  const { own = false, egress } = reach ?? {}
  return { own, ports: Object.values(ports), ...(egress && { egress }) }
}
