/** A committee in one process: real registries over one honest log, and a quorum by who reaches whom. */
import type { SimClock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import type { LogIndex } from '../../../control/consensus/index.ts'
import {
  type Command,
  createRegistry,
  isVerified,
  openBatch,
  type Registry,
  sealBatch,
} from '../../../control/registry/index.ts'
import {
  type ConsensusEngine,
  type FoundedNetwork,
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
} from '../../../identity/index.ts'
import type { DesiredDeps } from '../index.ts'

const CREATED_MS = Date.parse('2026-11-25T12:00:00.000Z')
const LOG_MS = 2
const FOLLOW_MS = 50
const GIVE_UP_MS = 5_000

export interface TestCommittee {
  readonly owner: OwnerId
  readonly ids: readonly NodeId[]
  /** Of a node that is up until `lives` says otherwise; its copy outlives it. */
  primaryOf(node: NodeId, lives?: () => boolean): DesiredDeps['primary']
  /** Somebody's word about somebody: as the founder's own key. */
  execute(command: Command): void
  /** It leads from now on, while it is of a quorum; until then the first of those does. */
  appoint(node: NodeId): void
  /** All voters know these rules, and they are in force. */
  raiseRules(version: number): void
  /** What the node's copy has come to. */
  registryOf(node: NodeId): Registry
}

interface Place {
  id: NodeId
  key: KeyPair
  registry: Registry
  listeners: Set<() => void>
  /** When it was last told whom it reaches. */
  reached: string
}

export interface CommitteeOptions {
  nodes: number
  /** The first so many vote. Default: all. */
  voters?: number
  /** Default: raft. Under simplex all but the second node are of owners that may only use. */
  consensus?: ConsensusEngine | undefined
  clock: SimClock
  /** Nodes that are up and in reach of one that is, itself left out. */
  reach(from: NodeId): NodeId[]
  isUp(node: NodeId): boolean
}

export function createTestCommittee(options: CommitteeOptions): TestCommittee {
  const { clock, reach, isUp } = options
  const random = createSeededRandom(options.nodes)
  const founder = generateKey(random)
  const createdAt = new Date(CREATED_MS).toISOString()
  const network: FoundedNetwork = foundNetwork(
    founder,
    { name: 'House', consensus: options.consensus ?? 'raft', createdAt },
    random,
  )
  const places = Array.from({ length: options.nodes }, (): Place => {
    const key = generateKey(random)
    const registry = createRegistry({ network, voters: [] })
    return { id: nodeIdOf(key.publicKey), key, registry, listeners: new Set(), reached: '' }
  })
  const ids = places.map(({ id }) => id)
  const voters = ids.slice(0, options.voters ?? options.nodes)
  const log: Uint8Array[] = []
  const numbers = new Map<KeyPair, number>()
  let following = false
  let appointed: NodeId | undefined

  const placeOf = (node: NodeId): Place => {
    const place = places.find(({ id }) => id === node)
    if (!place) throw new Error('Nobody of this house.')
    return place
  }
  /** Voters in reach of a node, itself included, if they are a quorum; who leads comes first. */
  const quorumOf = (node: NodeId): NodeId[] => {
    const seen = new Set([...reach(node), ...(isUp(node) ? [node] : [])])
    const voting = voters.filter((voter) => seen.has(voter))
    if (voting.length * 2 <= voters.length) return []
    const leads = voting.filter((voter) => voter === appointed)
    return [...leads, ...voting.filter((voter) => voter !== appointed)]
  }

  function append(key: KeyPair, command: Command) {
    const first = numbers.get(key) ?? 1
    numbers.set(key, first + 1)
    const head = { incarnation: 1, first, settled: first - 1, timeMs: clock.wallMs() }
    log.push(sealBatch(key, network.id, head, [command]))
  }

  function catchUp(place: Place) {
    let outcome: ReturnType<Registry['apply']>['outcomes'][number][number] | undefined
    const before = place.registry.index
    for (const sealed of log.slice(place.registry.index)) {
      const index = (place.registry.index + 1) as LogIndex
      const opened = [openBatch(network, sealed)].filter(isVerified)
      const applied = place.registry.apply(index, opened, index === 1 ? voters : undefined)
      outcome = applied.outcomes[0]?.[0]
    }
    if (place.registry.index > before) for (const told of [...place.listeners]) told()
    return outcome
  }

  /** A node sees at once whom of the committee it no longer reaches, or reaches again. */
  function tellReach(place: Place, reached: string): void {
    if (place.reached === reached) return
    place.reached = reached
    for (const told of [...place.listeners]) told()
  }

  /** Those who were cut off catch up once they reach a quorum, for as long as anybody is there. */
  function followAll(): void {
    following = ids.some(isUp)
    for (const place of places) {
      const quorum = quorumOf(place.id)
      if (quorum.length > 0) catchUp(place)
      tellReach(place, quorum.join())
    }
    if (following) clock.timer(FOLLOW_MS, followAll)
  }

  for (const [at, { key }] of places.entries()) {
    const person = options.consensus === 'simplex' && at !== 1 ? generateKey(random) : founder
    if (person !== founder) {
      const body = { owner: person.publicKey, name: 'Somebody', permissions: ['use' as const] }
      append(founder, { kind: 'member.admit', body })
    }
    const certificate = issueNodeCertificate(person, network.id, {
      node: key.publicKey,
      nowMs: CREATED_MS,
    })
    append(key, { kind: 'node.register', body: { certificate, role: 'rhizomorph' } })
  }
  for (const place of places) catchUp(place)

  return {
    owner: ownerIdOf(founder.publicKey),
    ids,
    registryOf: (node) => placeOf(node).registry,
    execute(command) {
      append(founder, command)
    },
    appoint(node) {
      appointed = node
    },
    raiseRules(version) {
      for (const { id, key } of places) {
        if (voters.includes(id)) append(key, { kind: 'version.support', body: { version } })
      }
      append(founder, { kind: 'version.activate', body: { version } })
    },
    primaryOf(node, lives = () => true) {
      const place = placeOf(node)
      if (!following) clock.timer(FOLLOW_MS, followAll)
      following = true
      return {
        view: () => place.registry.view,
        status() {
          const quorum = quorumOf(node)
          const [leader] = quorum
          const role =
            leader === node ? 'leader' : voters.includes(node) ? ('voter' as const) : 'none'
          return {
            ...{ role, inForce: quorum.length > 0 },
            caughtUp: quorum.length > 0 && place.registry.index === log.length,
            committee: { voters, learners: [], leader, term: 1, applied: place.registry.index },
          }
        },
        subscribe(listener) {
          const told = (): void => {
            if (lives()) listener()
          }
          place.listeners.add(told)
          return () => place.listeners.delete(told)
        },
        async execute(command) {
          const [leader] = quorumOf(node)
          if (leader === undefined) {
            await new Promise<void>((resolve) => clock.timer(GIVE_UP_MS, resolve))
            throw new MyceliumError('NO_QUORUM', 'Nobody answers.')
          }
          append(place.key, command)
          const outcome = catchUp(placeOf(leader))
          for (const id of reach(leader)) clock.timer(LOG_MS, () => catchUp(placeOf(id)))
          if (outcome?.ok) return outcome.value
          const code = outcome?.code ?? 'NO_QUORUM'
          const details = outcome?.details
          const plain = typeof details === 'object' && details !== null ? details : undefined
          throw new MyceliumError(code, 'Refused.', plain && { details: plain })
        },
      }
    },
  }
}
