/**
 * What a node does unasked: a voter tells its time while leases run and members vote, and of voters that
 * it caught lying, and puts rules in force that all know; a node of an admin tells the registry of owners that came, changed or went.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import type { Command } from '../registry/index.ts'
import type { SharedState } from '../state/index.ts'
import { accusations } from './accusing.ts'
import { isNamed } from './committee.ts'
import { isElsewhere } from './failures.ts'
import type { NodeFacts, OwnerFacts } from './index.ts'
import { OWNERS_MS, OWNERS_SECOND_MS, REJOIN_LOOK_MS, TICK_LOOK_MS } from './limits.ts'
import { untold } from './owners.ts'
import type { KnownOwner } from './queries.ts'
import type { Replica } from './replica.ts'
import { nextRules } from './rules.ts'

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
  knownOwners(): Promise<readonly KnownOwner[]>
  hasCommittee(): boolean
  /** Nodes of an ended era that want to learn. */
  rejoining(): readonly NodeId[]
  nodes(): readonly NodeFacts[]
  /** The newest rules that this program knows. */
  newest: number
  isFounder(owner: OwnerFacts['owner']): boolean
  permissions(): ReadonlySet<Permission> | undefined
  state: Pick<SharedState, 'subscribe'>
  clock: Clock
  logger: Logger
}

export function createHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { self, clock, logger } = deps
  let unsubscribe = (): void => {}
  let cancelTick: (() => void) | undefined
  let cancelOwners: (() => void) | undefined
  let cancelRejoin: (() => void) | undefined
  let stopped = false
  let accusing = false
  let raising = false
  const telling = new Set<number>()

  /** For as long as this node holds a copy of the log: nobody else has anything to do then. */
  function keepLooking(): void {
    if (stopped || !deps.replica()) return
    cancelTick ??= clock.timer(TICK_LOOK_MS, tick)
    cancelRejoin ??= clock.timer(REJOIN_LOOK_MS, rejoin)
  }

  function tick(): void {
    cancelTick = undefined
    const replica = deps.replica()
    if (!replica) return
    keepLooking()
    if (replica.view.isTickDue(self, clock.wallMs())) void send({ kind: 'tick', body: {} })
    tellTimes(replica)
    accuse(replica)
    raise(replica)
  }

  /** Members vote on something: how long, the clocks of the voters say together. */
  function tellTimes({ view }: Replica): void {
    for (const body of view.motionTimesToTell(self, clock.wallMs())) {
      if (telling.has(body.proposal)) continue
      telling.add(body.proposal)
      void send({ kind: 'proposal.time', body }).finally(() => telling.delete(body.proposal))
    }
  }

  /** The leader, where there is one; else every voter, of which the first does it. */
  function raise(replica: Replica): void {
    const { engine } = replica.status()
    const { view } = replica
    if (raising || !engine?.quorum || view.version >= deps.newest) return
    const { voters, learners } = engine.members
    if (engine.kind === 'raft' ? engine.leader !== self : !voters.includes(self)) return
    const version = nextRules(view, {
      ...{ newest: deps.newest, members: [...voters, ...learners] },
      present: deps.nodes().flatMap(({ node, upMs }) => (upMs > 0 ? [node] : [])),
    })
    if (version === undefined) return
    raising = true
    logger.info('The next rules are put in force: all know them.', { version })
    void send({ kind: 'version.activate', body: { version } }).finally(() => {
      raising = false
    })
  }

  function accuse(replica: Replica): void {
    const open = accusing ? [] : accusations(replica.evidence(), replica.view)
    if (open.length === 0) return
    accusing = true
    logger.warn('A voter was caught lying: the registry is told.', { proofs: open.length })
    void Promise.all(open.map(send)).finally(() => {
      accusing = false
    })
  }

  /** Those whose copies were overruled learn again, once they have said that theirs are put away. */
  function rejoin(): void {
    cancelRejoin = undefined
    keepLooking()
    const replica = deps.replica()
    const { leader, members } = replica?.status().engine ?? {}
    if (leader !== self || !members) return
    for (const node of deps.rejoining()) {
      if (isNamed(members, node)) continue
      replica?.takeIn(node).catch((error: unknown) => {
        logger.debug('A node could not be taken in again.', { node, error: messageOf(error) })
      })
    }
  }

  /** False where it was not done and is worth another try. */
  async function send(command: Command): Promise<boolean> {
    try {
      await deps.execute(command)
      return true
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      // Another admin's node may have been first.
      logger.debug('The registry was not told.', { kind: command.kind, code: error.code })
      return !isElsewhere(error)
    }
  }

  /** The leader at once; another admin's node only if the leader has not. */
  function ownersChanged(): void {
    const leader = deps.replica()?.status().engine?.leader
    tellOwnersIn(leader === self ? OWNERS_MS : OWNERS_SECOND_MS)
  }

  function tellOwnersIn(ms: number): void {
    if (stopped) return
    cancelOwners ??= clock.timer(ms, () => {
      void tellOwners().then((isDone) => {
        cancelOwners = undefined
        if (!isDone) tellOwnersIn(OWNERS_SECOND_MS)
      })
    })
  }

  async function tellOwners(): Promise<boolean> {
    if (!deps.hasCommittee() || !deps.permissions()?.has('admin')) return true
    try {
      const commands = untold(await deps.knownOwners(), deps.owners(), deps.isFounder)
      return (await Promise.all(commands.map(send))).every(Boolean)
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      return false
    }
  }

  return {
    start() {
      unsubscribe = deps.state.subscribe('net/', ({ key }) => {
        if (OF_OWNERS.test(key)) ownersChanged()
      })
      keepLooking()
    },
    look() {
      keepLooking()
      ownersChanged()
    },
    stop() {
      stopped = true
      unsubscribe()
      cancelTick?.()
      cancelRejoin?.()
      cancelOwners?.()
      cancelOwners = undefined
    },
  }
}

const OF_OWNERS = /^net\/(member|removed)\//
