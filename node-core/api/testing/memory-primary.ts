/**
 * The registry alone, for the doors' tests: one founder writes, and what it says is in force at once.
 * Nothing is written under `lost/`, as if no majority were in reach there.
 */
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import type { KeyRow } from '../../control/primary/index.ts'
import {
  type Command,
  createRegistry,
  isVerified,
  openBatch,
  RELEASE,
  type RegistryView,
  sealBatch,
} from '../../control/registry/index.ts'
import { toEra } from '../../control/succession/index.ts'
import {
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  type NetworkId,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
  type Signer,
} from '../../identity/index.ts'
import type { NetworkParts } from '../handlers/index.ts'

const CREATED_AT = '2026-11-20T00:00:00.000Z'

/** With the key of a node of the founder's, which may read its secrets. */
export type MemoryPrimary = NetworkParts['primary'] & {
  nodeKey: KeyPair
  networkId: NetworkId
  owner: OwnerId
  /** The one voter of the log tells its time. */
  tellTime(nowMs: number): void
}

/** `committee` votes, and its first one leads; whoever is demoted leaves the array. */
export function createMemoryPrimary(committee: NodeId[] = []): MemoryPrimary {
  const random = createSeededRandom(1)
  const founder = generateKey(random)
  const nodeKey = generateKey(random)
  const genesis = { name: 'Garden', consensus: 'raft', createdAt: CREATED_AT } as const
  const network = foundNetwork(founder, genesis, random)
  const registry = createRegistry({ network, voters: [nodeIdOf(nodeKey.publicKey)] })
  const { view } = registry
  const listeners = new Set<() => void>()
  let index = 0

  function apply(signer: Signer, command: Command, timeMs = 0) {
    index++
    const head = { incarnation: 1, first: index, settled: index - 1, timeMs }
    const batch = openBatch(network, sealBatch(signer, network.id, head, [command]))
    if (!isVerified(batch)) throw new MyceliumError('MALFORMED', batch.code)
    return registry.apply(index as LogIndex, [batch]).outcomes[0]?.[0]
  }

  const nowMs = Date.parse(CREATED_AT)
  const certified = { node: nodeKey.publicKey, nowMs }
  const certificate = issueNodeCertificate(founder, network.id, certified)
  apply(nodeKey, { kind: 'node.register', body: { certificate, role: 'rhizomorph' } })

  const { version } = RELEASE
  apply(nodeKey, { kind: 'version.support', body: { version } })
  apply(nodeKey, { kind: 'version.activate', body: { version } })

  async function execute(command: Command) {
    const parts: unknown[] = Object.values(command.body)
    if (parts.some((part) => typeof part === 'string' && part.startsWith('lost/'))) {
      throw new MyceliumError('NO_QUORUM', 'No majority.')
    }
    const outcome = apply(founder, command)
    for (const listener of [...listeners]) listener()
    if (outcome?.ok) return outcome.value
    const { code = 'NO_QUORUM', details } = outcome ?? {}
    const plain = typeof details === 'object' && details !== null ? details : undefined
    throw new MyceliumError(code, `Refused: ${code}.`, plain && { details: plain })
  }

  return {
    ...{ nodeKey, networkId: network.id, owner: ownerIdOf(founder.publicKey) },
    execute,
    tellTime(nowMs) {
      for (const body of view.motionTimesToTell(nodeIdOf(nodeKey.publicKey), nowMs)) {
        apply(nodeKey, { kind: 'proposal.time', body }, nowMs)
      }
      for (const listener of [...listeners]) listener()
    },
    ...readsOf(view),
    async untilTurn(lock, lease, { signal }) {
      if (view.lock(lock)?.holder === lease) return
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (view.lock(lock)?.holder !== lease && !signal?.aborted) return
          listeners.delete(look)
          resolve()
        }
        listeners.add(look)
        signal?.addEventListener('abort', look, { once: true })
      })
    },
    async change(change, node) {
      if (change === 'release') return
      if (change === 'promote') return void committee.push(node)
      if (change === 'transfer') {
        if (!committee.includes(node)) throw new MyceliumError('NOT_A_VOTER', 'It has no vote.')
        committee.splice(committee.indexOf(node), 1)
        return void committee.unshift(node)
      }
      if (committee.length === 1) throw new MyceliumError('LAST_VOTER', 'The last one.')
      committee.splice(committee.indexOf(node), 1)
    },
    leave: async () => {},
    lag: async () => [],
    proof: () => undefined,
    recovery: {
      async plan() {
        throw new MyceliumError('QUORUM_STANDS', 'A majority is in reach.')
      },
      async recover() {
        throw new MyceliumError('QUORUM_STANDS', 'A majority is in reach.')
      },
      reports: () => [],
      discard: async () => false,
      learn: async () => {},
    },
    heights: async () => [],
    counts: () => ({
      ...{ commands: 4, failures: 1, batches: 2, seconds: 0.5 },
      ...{ waiting: 0, logBytes: 1_000 },
      behind: committee.slice(1).map((node) => ({ node, entries: 3 })),
    }),
    status: () => ({
      role: 'none',
      inForce: committee.length > 0,
      caughtUp: committee.length > 0,
      committee:
        committee.length === 0
          ? undefined
          : { voters: committee, learners: [], leader: committee[0], term: 1, applied: 1 },
      height: undefined,
      era: toEra(0),
      following: { parent: undefined, depth: undefined, children: 0 },
      trouble: undefined,
    }),
    view: () => view,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

type Reads = Pick<NetworkParts['primary'], 'key' | 'keys' | 'lease' | 'lock' | 'watch'>

function readsOf(view: RegistryView): Reads {
  return {
    key: async (key) => ({ revision: view.revision, row: view.get(key) }),
    async keys(prefix, { after = '', limit = 10_000 } = {}) {
      const found: KeyRow[] = view.list(prefix, { after, limit: limit + 1 })
      const more = found.length > limit
      return { revision: view.revision, rows: found.slice(0, limit), more }
    },
    async lease(lease) {
      const held = view.lease(lease)
      return held && { ttlMs: held.ttlMs, leftMs: held.endsMs - view.uptimeMs }
    },
    lock: async (lock) => view.lock(lock),
    /** What there is by now, and no more: tests read to the end. */
    async *watch(prefix, { from = view.revision + 1 }) {
      const watched = view.watch(prefix, from, 1_000)
      if ('code' in watched) throw new MyceliumError('COMPACTED', 'Forgotten.')
      const events = watched.events.map(({ item, key, revision }) => {
        return { key, revision, row: item && { key, ...item } }
      })
      yield { revision: view.revision, events }
    },
  }
}
