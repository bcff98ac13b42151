/** What the mesh does by the clock: strangers leave, latencies are measured, surplus is given up. */
import type { Connection } from '@libp2p/interface'
import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { VerifiedMember } from '../../identity/index.ts'
import type { AdmittedPeer, Gate } from './gate.ts'
import type { Greeter } from './greeter.ts'
import {
  CLOCK_TOLERANCE_MS,
  GOSSIP_SWEEP_MS,
  LATENCY_INTERVAL_MS,
  PINGS_MISSED_MAX,
  RECHECK_INTERVAL_MS,
  STRANGER_STAY_MS,
  STRANGERS_MAX,
  SURPLUS_SWEEP_MS,
} from './limits.ts'
import { pickConnection } from './links.ts'
import { pingConnection } from './pinging.ts'
import { chooseSurplus } from './surplus.ts'

export interface Keeper {
  start(): void
  stop(): Promise<void>
  /** A connection opened: a stranger's is watched, an old one beside a new one is tried. */
  watch(connection: Connection): void
  /** The stranger spoke `join`: it may stay a little longer. */
  spoke(connection: Connection): void
  measure(peer: AdmittedPeer<Connection>): Promise<void>
  recheck(): Promise<void>
  /** Gives up peers beyond `over` more than the limit. */
  giveUpSurplus(over?: number): void
}

export interface KeeperDeps {
  self: NodeId
  peersMax: number
  gate: Gate<Connection>
  greeter: Greeter
  clock: Clock
  random: Random
  logger: Logger
  isTrusted(member: VerifiedMember): boolean
  expel(node: NodeId): void
  /** Tells gossip of an admitted peer again, when it has no stream to it. */
  reattach(peer: AdmittedPeer<Connection>): void
}

export function createKeeper(deps: KeeperDeps): Keeper {
  const { self, peersMax, gate, greeter, clock, random, logger, expel } = deps
  const lastSpokeMs = new Map<string, number>()
  let rhythms: (() => Promise<void>)[] = []

  const stay = (connection: Connection): void => {
    clock.timer(STRANGER_STAY_MS, () => {
      if (connection.status !== 'open' || gate.isAdmitted(connection)) {
        lastSpokeMs.delete(connection.id)
        return
      }
      const silentMs = clock.monotonicMs() - (lastSpokeMs.get(connection.id) ?? 0)
      if (lastSpokeMs.has(connection.id) && silentMs < STRANGER_STAY_MS) return stay(connection)
      lastSpokeMs.delete(connection.id)
      connection.abort(new Error('Neither a member nor joining.'))
    })
  }
  /** Closes a connection that answers no longer. TCP alone may take minutes to notice. */
  const tryOut = async (connection: Connection): Promise<number | undefined> => {
    for (let missed = 1; connection.status === 'open'; missed++) {
      try {
        return await pingConnection(connection, clock, random)
      } catch (error) {
        if (missed < PINGS_MISSED_MAX || connection.status !== 'open') continue
        logger.info('A silent connection is given up.', { reason: messageOf(error) })
        connection.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
    return undefined
  }
  const measure = async (peer: AdmittedPeer<Connection>): Promise<void> => {
    const connection = pickConnection(peer.connections)
    const roundTripMs = connection && (await tryOut(connection))
    if (roundTripMs !== undefined) gate.setLatency(peer.nodeId, roundTripMs)
  }
  const measureAll = async (): Promise<void> => {
    for (const peer of gate.peers()) await measure(peer)
  }
  const recheck = async (): Promise<void> => {
    const nowMs = clock.wallMs()
    for (const peer of gate.peers()) {
      const { member } = peer
      if (!deps.isTrusted(member)) {
        expel(peer.nodeId)
      } else if (member.notAfterMs + CLOCK_TOLERANCE_MS < nowMs) {
        // It may have been renewed since it was shown.
        const connection = pickConnection(peer.connections)
        if (connection) await greeter.greet(connection)
        const renewed = gate.get(peer.nodeId)
        if (renewed && renewed.member.notAfterMs + CLOCK_TOLERANCE_MS < nowMs) expel(peer.nodeId)
      }
    }
  }
  const giveUpSurplus = (over: number): void => {
    for (const node of chooseSurplus(self, gate.peers(), peersMax + over)) {
      logger.info('A surplus peer is given up.', { node })
      expel(node)
    }
  }
  const sweepGossip = (): void => {
    for (const peer of gate.peers()) {
      const heard = peer.connections.some((connection) =>
        connection.streams.some(
          (stream) => stream.direction === 'outbound' && stream.protocol.startsWith('/meshsub/'),
        ),
      )
      if (!heard) deps.reattach(peer)
    }
  }
  const failed = (error: unknown): void => {
    logger.error('Keeping the mesh in order failed.', { reason: messageOf(error) })
  }

  return {
    start() {
      rhythms = [
        every(clock, LATENCY_INTERVAL_MS, measureAll, failed),
        every(clock, RECHECK_INTERVAL_MS, recheck, failed),
        every(clock, SURPLUS_SWEEP_MS, () => giveUpSurplus(0), failed),
        every(clock, GOSSIP_SWEEP_MS, sweepGossip, failed),
      ]
    },
    async stop() {
      const stopping = rhythms
      rhythms = []
      for (const stop of stopping) await stop()
    },
    watch(connection) {
      if (!gate.isAdmitted(connection)) {
        stay(connection)
        const [oldest, ...others] = gate.strangers()
        if (oldest && others.length >= STRANGERS_MAX) oldest.abort(new Error('Too many strangers.'))
        return
      }
      const siblings = gate.peers().find((peer) => peer.connections.includes(connection))
      for (const older of siblings?.connections ?? []) {
        if (older !== connection) void tryOut(older)
      }
    },
    spoke: (connection) => lastSpokeMs.set(connection.id, clock.monotonicMs()),
    measure,
    recheck,
    giveUpSurplus,
  }
}
