/** The parts of the mesh and how they hear of each other. They outlive the libp2p host. */
import type { Connection } from '@libp2p/interface'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { nodeIdOf, peerIdOf } from '../../identity/index.ts'
import { type AddressBook, createAddressBook } from './book.ts'
import { stopped } from './errors.ts'
import { type AdmittedPeer, createGate, type Gate, type GateEvents } from './gate.ts'
import {
  type Attendance,
  createAttendance,
  createDoorman,
  type Doorman,
} from './gated-registrar.ts'
import { createGossip, type Gossip } from './gossip.ts'
import { createGreeter, type Greeter } from './greeter.ts'
import { createGuard, type Guard } from './guard.ts'
import type { MemberHost } from './host.ts'
import type { MeshDeps } from './index.ts'
import { createJoinDoor, type JoinDoor } from './join-door.ts'
import { createKeeper, type Keeper } from './keeper.ts'
import { GET_TO_KNOW_PER_PEER_MS, GOSSIP_REATTACH_MS, PEERS_OVER_MAX } from './limits.ts'
import { createLinks, type Links, pickConnection } from './links.ts'
import { createNearby, type Nearby } from './nearby.ts'
import { createRenewing, type Renewing } from './renewing.ts'
import { createRequests, type Requests } from './requests.ts'

export type PeerListener = (peer: NodeId, change: 'up' | 'down') => void

export interface MeshParts {
  gate: Gate<Connection>
  doorman: Doorman
  attendance: Attendance
  guard: Guard
  book: AddressBook
  gossip: Gossip
  joinDoor: JoinDoor
  nearby: Nearby
  greeter: Greeter
  links: Links
  requests: Requests
  keeper: Keeper
  renewing: Renewing
  peerListeners: Set<PeerListener>
  /** Ends a peer's admission and closes its connections. */
  expel(node: NodeId): void
}

export interface PartsSettings {
  /** `/mycelium/<network id>/`: two networks never mix. */
  prefix: string
  peersMax: number
  /** The host, while the mesh runs. */
  running(): MemberHost | undefined
  addresses(): string[]
}

export function createParts(deps: MeshDeps, settings: PartsSettings): MeshParts {
  const { clock, logger, nodeKey } = deps
  const { prefix, peersMax, running, addresses } = settings
  const monotonicMs = (): number => clock.monotonicMs()
  const gate = createGate<Connection>(
    {
      up: (peer) => events.up(peer),
      down: (node, peerId) => events.down(node, peerId),
      fewer: (peer) => events.fewer(peer),
    },
    monotonicMs,
  )
  const expel = (node: NodeId): void => {
    for (const connection of gate.expel(node)) {
      connection.close().catch((error: Error) => connection.abort(error))
    }
  }
  const doorman = createDoorman(gate)
  const attendance = createAttendance(doorman, (error) => {
    logger.debug('A libp2p service failed on a peer.', { reason: messageOf(error) })
  })
  const guard = createGuard(monotonicMs)
  const book = createAddressBook()
  const introduction = () => ({ credential: deps.credential(), addresses: addresses() })
  const protocol = `${prefix}hello/1`
  const greeter = createGreeter({ ...deps, gate, protocol, introduction, learn: book.learn, expel })
  const host = (): MemberHost => {
    const current = running()
    if (current) return current
    throw stopped()
  }
  const links = createLinks({ gate, greeter, book, clock, host })
  const requests = createRequests({
    clock,
    channelProtocol: `${prefix}ask/1`,
    connectionTo: links.to,
    isAdmitted: (node) => gate.get(node) !== undefined,
    onHeard: gate.heard,
  })
  const reattach = attendance.present
  const self = nodeIdOf(nodeKey.publicKey)
  const keeper = createKeeper({ ...deps, self, peersMax, gate, greeter, expel, reattach })
  const renewing = createRenewing({ ...deps, gate, beside: links.beside })
  const onBlame = (peerId: string): void => {
    guard.banish(peerId)
    const peer = gate.peers().find((other) => other.peerId === peerId)
    logger.warn('A peer sends rubbish and is kept away.', { node: peer?.nodeId })
    if (peer) expel(peer.nodeId)
  }
  const isAlone = (): boolean => gate.peers().length === 0
  const parts: MeshParts = {
    ...{
      gate,
      doorman,
      attendance,
      guard,
      book,
      greeter,
      links,
      requests,
      keeper,
      expel,
      renewing,
    },
    gossip: createGossip({ prefix, clock, onHeard: gate.heard, onBlame }),
    joinDoor: createJoinDoor(clock, logger),
    nearby: createNearby({ clock, logger, selfPeerId: peerIdOf(nodeKey.publicKey), isAlone }),
    peerListeners: new Set(),
  }
  const events = createEvents(parts, deps, running)
  return parts
}

/** What follows when a peer comes and goes. */
function createEvents(
  { attendance, keeper, requests, gate, peerListeners }: MeshParts,
  { clock, random, logger }: MeshDeps,
  running: () => MemberHost | undefined,
): GateEvents<Connection> {
  const tell: PeerListener = (peer, change) => {
    for (const listener of peerListeners) listener(peer, change)
  }
  /** By identify, so that libp2p knows the protocols and addresses it speaks, and by ping. */
  const getToKnow = async (node: NodeId): Promise<void> => {
    const peer = gate.get(node)
    const connection = peer && pickConnection(peer.connections)
    try {
      if (!connection) return
      await running()?.services.identify.identify(connection)
      await keeper.measure(peer)
    } catch (error) {
      logger.debug('A peer did not identify itself.', { node, reason: messageOf(error) })
    }
  }
  return {
    up(peer) {
      attendance.present(peer)
      clock.timer(
        random.float() * gate.peers().length * GET_TO_KNOW_PER_PEER_MS,
        () => void getToKnow(peer.nodeId),
      )
      tell(peer.nodeId, 'up')
      keeper.giveUpSurplus(PEERS_OVER_MAX)
    },
    down(node, peerId) {
      requests.forget(node)
      attendance.gone(peerId)
      tell(node, 'down')
    },
    fewer({ nodeId }: AdmittedPeer<Connection>) {
      clock.timer(GOSSIP_REATTACH_MS, () => {
        const still = gate.get(nodeId)
        if (running() && still) attendance.present(still)
      })
    },
  }
}
