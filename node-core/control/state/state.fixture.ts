/**
 * Networks of shared states for tests and the simulator: one process, the simulated mesh, and keys
 * that anyone could forge but that cost nothing.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Clock, createSimClock, type SimClock } from '../../base/clock/index.ts'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSimNetwork, type Net, type NodeId, type SimNetwork } from '../../base/net/index.ts'
import { createSeededRandom, type Random } from '../../base/random/index.ts'
import type {
  NetworkId,
  OwnerId,
  Permission,
  Signer,
  VerifiedMember,
} from '../../identity/index.ts'
import {
  createMemoryStore,
  createSharedState,
  type MemoryStore,
  type ReplicatedState,
  type SharedStateDeps,
  type SharedStateOptions,
  type VerifyCredential,
} from './index.ts'
import { encodePush, encodeQuestion, parseAnswer } from './messages.ts'
import type { Position } from './position.ts'
import { hashOf, type SignedRecord, signRecord } from './record.ts'

export const NETWORK = 'aa'.repeat(32) as NetworkId
const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

export const nodeNamed = (name: string): NodeId =>
  sha256(Buffer.from(`node ${name}`)).toString('hex') as NodeId
export const ownerNamed = (name: string): OwnerId =>
  sha256(Buffer.from(`owner ${name}`)).toString('hex') as OwnerId

export interface Person {
  owner: string
  permissions: Permission[]
  /** Who is above it in its chain, the nearest first; the founder is left out. */
  issuers?: Person[]
}

const permissions = z.array(z.enum(['admin', 'invite', 'deploy', 'use']))
const CREDENTIAL = z.strictObject({
  node: z.string(),
  owner: z.string(),
  permissions,
  issuers: z.array(z.strictObject({ owner: z.string(), permissions })),
})

export function toyCredential(node: string, person: Person): Uint8Array {
  const { owner, permissions } = person
  const issuers = (person.issuers ?? []).map((one) => ({
    owner: one.owner,
    permissions: one.permissions,
  }))
  return encode({ node, owner, permissions, issuers })
}

export const verifyToyCredential: VerifyCredential = (bytes) => {
  const parsed = CREDENTIAL.safeParse(decode(bytes))
  if (!parsed.success) throw new MyceliumError('IDENTITY_MALFORMED', 'Not a toy credential.')
  const { node, owner, permissions, issuers } = parsed.data
  const nodeId = nodeNamed(node)
  const member: VerifiedMember = {
    nodeId,
    nodeKey: Buffer.from(nodeId, 'hex'),
    ownerId: ownerNamed(owner),
    ownerKey: Buffer.from(ownerNamed(owner), 'hex'),
    ownerName: owner,
    permissions: new Set(permissions),
    issuers: issuers.map((issuer, at) => ({
      owner: ownerNamed(issuer.owner),
      held: issuer.permissions,
      passedOn: (issuers[at - 1] ?? { permissions }).permissions,
    })),
    notAfterMs: Number.POSITIVE_INFINITY,
  }
  return member
}

export function toySigner(node: string): Signer {
  const publicKey = Buffer.from(nodeNamed(node), 'hex')
  return { publicKey, sign: (message) => toySignature(publicKey, message) }
}

function toySignature(key: Uint8Array, message: Uint8Array): Buffer {
  const half = sha256(key, message)
  return Buffer.concat([half, half])
}

export const verifyToy: SharedStateDeps['verify'] = (key, message, signature) =>
  toySignature(key, message).equals(signature)

export const FOUNDER: Person = {
  owner: 'founder',
  permissions: ['admin', 'invite', 'deploy', 'use'],
}

export function toyDeps(
  node: string,
  person: Person,
  world: { net: Net; store: MemoryStore; clock: Clock; random: Random },
): SharedStateDeps {
  return {
    network: NETWORK,
    founders: new Set([ownerNamed(FOUNDER.owner)]),
    signer: toySigner(node),
    credential: toyCredential(node, person),
    verify: verifyToy,
    verifyCredential: verifyToyCredential,
    logger: createMemoryLogger(),
    ...world,
  }
}

/** A record signed by `node` with whatever it likes to say. */
export function forge(
  node: string,
  person: Person,
  fields: Partial<Parameters<typeof signRecord>[0]> & { key: string },
): SignedRecord {
  const credential = toyCredential(node, person)
  const draft = {
    value: 'forged',
    generation: fields.key.startsWith('net/') ? 1 : 0,
    claim: undefined,
    position: [1, 1] as Position,
    previous: [0, 0] as Position,
    credential: hashOf(credential),
    ...fields,
  }
  return signRecord(draft, verifyToyCredential(credential), toySigner(node), NETWORK)
}

/** What a program that holds a node’s key publishes in its name. */
export const pushOf = (records: readonly SignedRecord[]): Uint8Array =>
  encodePush({ credentials: [], records: records.map(({ bytes }) => bytes) })

export interface TestNode {
  name: string
  id: NodeId
  state: ReplicatedState
  store: MemoryStore
  net: Net
}

export interface TestNetwork {
  clock: SimClock
  random: Random
  network: SimNetwork
  /** Starts a node, or starts it again on the same store. */
  node(name: string, person?: Person, store?: MemoryStore): Promise<TestNode>
  /** Moves simulated time, giving everything that waits its turn. */
  advance(ms: number): Promise<void>
  /** Moves time until the promise settles. */
  run<T>(work: Promise<T>): Promise<T>
  stop(): Promise<void>
}

export function createTestNetwork(
  options: SharedStateOptions & { seed?: number } = {},
): TestNetwork {
  const clock = createSimClock()
  const random = createSeededRandom(options.seed ?? 1)
  const network = createSimNetwork({ clock, random })
  const stores = new Map<string, MemoryStore>()
  const nodes = new Set<TestNode>()

  async function run<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    work.then(settle, settle)
    for (;;) {
      await turn()
      if (settled) return work
      clock.runNext()
    }
  }
  return {
    clock,
    random,
    network,
    run,
    async node(name, person = FOUNDER, given) {
      const store = given ?? stores.get(name) ?? createMemoryStore()
      stores.set(name, store)
      const net = network.node(nodeNamed(name))
      const deps = toyDeps(name, person, { net, store, clock, random })
      const node = { name, id: net.self, state: createSharedState(deps, options), store, net }
      nodes.add(node)
      await run(node.state.start())
      return node
    },
    async advance(ms) {
      const untilMs = clock.monotonicMs() + ms
      clock.timer(ms, () => {})
      await turn()
      while (clock.monotonicMs() < untilMs && clock.runNext()) await turn()
    },
    async stop() {
      await run(Promise.all([...nodes].map(({ state }) => state.stop())))
    },
  }
}

/** How far a node tells another that it knows each stream. */
export async function marksAt({ id }: TestNode, asker: Net): Promise<Record<string, Position>> {
  const question = encodeQuestion({ kind: 'root', root: new Uint8Array(16) })
  const answer = parseAnswer(await asker.request(id, 'state/1', question))
  if (answer?.kind !== 'digest') throw new Error('No digest.')
  return Object.fromEntries(answer.digest.authors.map(({ author, mark }) => [author, mark]))
}

/** Everything that can go on without time passing. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
