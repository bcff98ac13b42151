/**
 * A few nodes in one process, for the tests of admission: one map for all, calls instead of
 * sockets.
 */
import { createSimClock, type SimClock } from '../../../base/clock/index.ts'
import type { Plain } from '../../../base/codec/index.ts'
import { createSimDisk, type SimDisk } from '../../../base/disk/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createMemoryLogger, type LogLine } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom, type Random } from '../../../base/random/index.ts'
import {
  createOneRegistry,
  type OneRegistry,
} from '../../../control/primary/testing/one-registry.ts'
import type { StateChange, StateRecord } from '../../../control/state/index.ts'
import {
  type FoundedNetwork,
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
  peerIdOf,
  verifyCredential,
} from '../../../identity/index.ts'
import { sortedPermissions } from '../committed.ts'
import {
  type Admission,
  type AdmissionMesh,
  type AdmissionState,
  type Admitted,
  createAdmission,
  founderCredential,
  memberRecords,
  type NewcomerDeps,
} from '../index.ts'

export interface WorldNode {
  id: NodeId
  owner: OwnerId
  ownerKey: KeyPair
  nodeKey: KeyPair
  address: string
  admission: Admission
  disk: SimDisk
  credential(): Uint8Array
  /** Starts again from its disk, as after a crash. */
  restart(): Promise<void>
  /** How often its mesh was told to look again at who is connected. */
  rechecks: number
  /** False: nobody can reach it. */
  reachable: boolean
}

export interface World {
  clock: SimClock
  random: Random
  network: FoundedNetwork
  founder: WorldNode
  /** What nodes have warned of. */
  readonly warnings: readonly LogLine[]
  /** Undefined in a network where nobody votes. */
  registry: OneRegistry | undefined
  /** Records of the shared state, the same for all. */
  records: Map<string, StateRecord>
  newcomer(
    name: string,
    keys?: { ownerKey?: KeyPair },
  ): NewcomerDeps & { nodeKey: KeyPair; ownerKey: KeyPair }
  /** Starts an admitted newcomer as a member. */
  settle(newcomer: ReturnType<World['newcomer']>, admitted: Admitted): Promise<WorldNode>
  /** Lets everything that waits for no timer run. */
  calm(): Promise<void>
}

type JoinHandler = (body: Uint8Array, remotePeerId: string) => Promise<Uint8Array>

interface Socket {
  node: WorldNode
  join: JoinHandler | undefined
  renew: ((body: Uint8Array, peer: NodeId) => Promise<Uint8Array> | Uint8Array) | undefined
}

/** `registry`: every node is of a network with a Primary. */
export async function createWorld(
  seed = 1,
  options: { name?: string; registry?: boolean } = {},
): Promise<World> {
  const clock = createSimClock({ wallStartMs: Date.parse('2026-11-20T12:00:00.000Z') })
  const random = createSeededRandom(seed)
  const records = new Map<string, StateRecord>()
  const listeners = new Set<{ prefix: string; self: NodeId; tell: (change: StateChange) => void }>()
  const sockets = new Map<string, Socket>()
  const founderKey = generateKey(random)
  const createdAt = new Date(clock.wallMs()).toISOString()
  const name = options.name ?? 'Home'
  const network = foundNetwork(founderKey, { name, consensus: 'raft', createdAt }, random)
  const logger = createMemoryLogger()
  const registry = options.registry ? createOneRegistry(network) : undefined
  const founderId = nodeIdOf(founderKey.publicKey)
  let counter = 0

  function stateOf(self: NodeId, owner: OwnerId): AdmissionState {
    const write = (key: string, value: Plain | undefined): StateRecord => {
      const previous = records.get(key)
      const generation = key.startsWith('net/') ? (previous?.generation ?? 0) + 1 : 0
      const at = { author: self, owner, incarnation: 1, counter: ++counter, generation }
      const record = { key, value, ...at }
      records.set(key, record)
      for (const { prefix, self: reader, tell } of listeners) {
        if (key.startsWith(prefix)) tell({ key, record, previous, remote: reader !== self })
      }
      return record
    }
    return {
      get: (key) => (records.get(key)?.value === undefined ? undefined : records.get(key)),
      list: (prefix) =>
        [...records.values()]
          .filter((record) => record.key.startsWith(prefix) && record.value !== undefined)
          .sort((a, b) => (a.key < b.key ? -1 : 1)),
      put: async (key, value) => write(key, value),
      delete: async (key) => void write(key, undefined),
      subscribe(prefix, tell) {
        const entry = { prefix, self, tell }
        listeners.add(entry)
        return () => listeners.delete(entry)
      },
      standing: (of) => new TextEncoder().encode(of),
    }
  }

  function askToJoinFrom(peerId: string): NewcomerDeps['askToJoin'] {
    return async (address, body) => {
      const socket = sockets.get(address)
      if (!socket?.node.reachable || !socket.join) {
        throw new MyceliumError('NET_UNREACHABLE', `Nobody answers at ${address}.`)
      }
      return socket.join(Uint8Array.from(body), peerId)
    }
  }

  function meshOf(node: WorldNode, socket: Socket): AdmissionMesh {
    const others = () => [...sockets.values()].filter((other) => other.node.id !== node.id)
    return {
      self: node.id,
      addresses: () => [node.address],
      connected: () =>
        others().flatMap(({ node: other }) => {
          if (!other.reachable || !node.reachable) return []
          const check = { network, nowMs: clock.wallMs() }
          try {
            verifyCredential(node.credential(), check)
            const member = verifyCredential(other.credential(), check)
            const peerId = peerIdOf(other.nodeKey.publicKey)
            return [{ id: other.id, peerId, addresses: [], path: 'lan', latencyMs: 1, member }]
          } catch {
            return []
          }
        }),
      onPeer: () => () => undefined,
      async request(peer, _, body) {
        const other = others().find(({ node: { id } }) => id === peer)
        if (!other?.renew) throw new MyceliumError('NET_UNREACHABLE', 'Not here.')
        return other.renew(body, node.id)
      },
      onRequest(_, handler) {
        socket.renew = handler
        return () => {
          socket.renew = undefined
        }
      },
      onJoin(handler) {
        socket.join = handler
        return () => {
          socket.join = undefined
        }
      },
      askToJoin: askToJoinFrom(peerIdOf(node.nodeKey.publicKey)),
      async recheck() {
        node.rechecks++
      },
    }
  }

  /** As the nodes of admins and the node itself tell it. */
  function register(into: OneRegistry, keys: { nodeKey: KeyPair; ownerKey: KeyPair }): void {
    const owner = ownerIdOf(keys.ownerKey.publicKey)
    const entry = memberRecords(stateOf(founderId, owner), network).member(owner)
    if (entry && !into.view.member(owner)) {
      const permissions = sortedPermissions(entry.permissions)
      const body = { owner: entry.ownerKey, name: entry.name, permissions }
      into.execute(founderKey, { kind: 'member.admit', body })
    }
    const certified = { node: keys.nodeKey.publicKey, nowMs: clock.wallMs() }
    const certificate = issueNodeCertificate(keys.ownerKey, network.id, certified)
    const body = { certificate, role: 'rhizomorph' as const }
    into.execute(keys.nodeKey, { kind: 'node.register', body })
  }

  async function settleWith(
    keys: { nodeKey: KeyPair; ownerKey: KeyPair; ownerName: string },
    credential: Uint8Array,
  ): Promise<WorldNode> {
    let held = credential
    const id = nodeIdOf(keys.nodeKey.publicKey)
    const owner = ownerIdOf(keys.ownerKey.publicKey)
    const disk = createSimDisk()
    const peerId = peerIdOf(keys.nodeKey.publicKey)
    const address = `/ip4/10.0.0.${sockets.size + 1}/tcp/4000/p2p/${peerId}`
    if (registry) register(registry, keys)
    const primary = registry?.primaryOf(keys.nodeKey)
    const build = (): Admission =>
      createAdmission({
        ...keys,
        network,
        nodeName: () => 'node',
        credential: {
          current: () => held,
          replace: async (next) => {
            held = next
          },
        },
        mesh: meshOf(node, socket),
        state: stateOf(id, owner),
        ...(primary && { registry: () => primary }),
        disk,
        contacts: () => [...sockets.keys()].filter((other) => other !== address),
        clock,
        random,
        logger,
      })
    const node: WorldNode = {
      ...{ id, owner, disk, address, reachable: true, rechecks: 0 },
      ownerKey: keys.ownerKey,
      nodeKey: keys.nodeKey,
      credential: () => held,
      get admission() {
        return admission
      },
      async restart() {
        await admission.stop()
        disk.crash()
        admission = build()
        await admission.start()
      },
    }
    const socket: Socket = { node, join: undefined, renew: undefined }
    sockets.set(address, socket)
    let admission = build()
    await admission.start()
    await stateOf(id, owner).put(`node/${id}/profile`, { name: 'node' })
    return node
  }

  const founderKeys = { nodeKey: generateKey(random), ownerKey: founderKey, ownerName: 'Ada' }
  const first = founderCredential({ ...founderKeys, clock, random }, network)
  return {
    ...{ clock, random, network, records, registry },
    get warnings() {
      return logger.lines.filter(({ level }) => level === 'warn')
    },
    founder: await settleWith(founderKeys, first),
    newcomer(ownerName, { ownerKey = generateKey(random) } = {}) {
      const nodeKey = generateKey(random)
      const askToJoin = askToJoinFrom(peerIdOf(nodeKey.publicKey))
      return { nodeKey, ownerKey, ownerName, nodeName: 'laptop', clock, random, askToJoin }
    },
    settle: (newcomer, admitted) => settleWith(newcomer, admitted.credential),
    async calm() {
      for (let turn = 0; turn < 200; turn++) await Promise.resolve()
    },
  }
}
