/**
 * What a member of the committee does unasked: tells its time while leases run, and tells the registry
 * of owners that came, changed or went.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import type { Command } from '../registry/index.ts'
import type { SharedState } from '../state/index.ts'
import type { OwnerFacts } from './index.ts'
import { OWNERS_MS, OWNERS_SECOND_MS, TICK_LOOK_MS } from './limits.ts'
import { untold } from './owners.ts'
import type { Replica } from './replica.ts'

export interface Housekeeping {
  start(): void
  /** Who leads may have changed. */
  look(): void
  stop(): void
}

export interface HousekeepingDeps {
  self: NodeId
  replica(): Replica | undefined
  execute(command: Command): Promise<unknown>
  owners(): readonly OwnerFacts[]
  isFounder(owner: OwnerFacts['owner']): boolean
  permissions(): ReadonlySet<Permission> | undefined
  state: Pick<SharedState, 'subscribe'>
  clock: Clock
  logger: Logger
}

export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { self, clock, logger } = deps
  let unsubscribe = (): void => {}
  let cancelTick = (): void => {}
  let cancelOwners: (() => void) | undefined
  let telling = false

  function tick(): void {
    cancelTick = clock.timer(TICK_LOOK_MS, tick)
    const view = deps.replica()?.view
    if (view?.isTickDue(self, clock.wallMs())) send({ kind: 'tick', body: {} })
  }

  function send(command: Command): Promise<void> {
    return deps.execute(command).then(
      () => {},
      (error: unknown) => {
        if (!(error instanceof MyceliumError)) throw error
        // Another admin's node may have been first, or there is no quorum: it is looked at again.
        logger.debug('The registry could not be told.', { kind: command.kind, code: error.code })
      },
    )
  }

  /** The leader at once; another admin's node only if the leader has not. */
  function ownersChanged(): void {
    if (cancelOwners) return
    const leader = deps.replica()?.status().engine?.leader
    cancelOwners = clock.timer(leader === self ? OWNERS_MS : OWNERS_SECOND_MS, () => {
      cancelOwners = undefined
      void tellOwners()
    })
  }

  async function tellOwners(): Promise<void> {
    const replica = deps.replica()
    if (telling || !replica?.status().engine?.leader || !deps.permissions()?.has('admin')) return
    telling = true
    const commands = untold(replica.view, deps.owners(), deps.isFounder)
    await Promise.all(commands.map(send)).finally(() => {
      telling = false
    })
  }

  return {
    start() {
      unsubscribe = deps.state.subscribe('net/', ({ key }) => {
        if (OF_OWNERS.test(key)) ownersChanged()
      })
      tick()
    },
    look: ownersChanged,
    stop() {
      unsubscribe()
      cancelTick()
      cancelOwners?.()
      cancelOwners = undefined
    },
  }
}

const OF_OWNERS = /^net\/(member|removed)\//
