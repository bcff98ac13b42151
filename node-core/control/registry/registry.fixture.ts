/** A network with its registry, people and machines, for tests: real keys, from one seed. */
import { assert } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom, type Random } from '../../base/random/index.ts'
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
  type Permission,
  type Signer,
} from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import {
  type BatchHead,
  type Command,
  createRegistry,
  isVerified,
  type Outcome,
  openBatch,
  type Registry,
  type Release,
  sealBatch,
} from './index.ts'

export const START_MS = Date.parse('2026-11-20T12:00:00.000Z')

export interface Person {
  key: KeyPair
  owner: OwnerId
}

export interface Machine {
  key: KeyPair
  node: NodeId
  owner: Person
}

/** One entry as the log holds it. */
export interface LogEntry {
  batches: Uint8Array[]
  voters?: NodeId[]
}

export interface World {
  network: FoundedNetwork
  registry: Registry
  random: Random
  founder: Person
  /** Everything that was applied. */
  log: LogEntry[]
  person(): Person
  /** An admitted owner. */
  member(...permissions: Permission[]): Person
  /** A registered node. */
  machine(owner: Person): Machine
  certificate(owner: Person, node: KeyPair, nowMs?: number): Uint8Array
  /** Makes these the voters. */
  elect(...machines: Machine[]): void
  seal(signer: Signer, commands: Command[], head?: Partial<BatchHead>): Uint8Array
  /** One batch in an entry of its own. */
  send(author: { key: Signer }, commands: Command[], head?: Partial<BatchHead>): Outcome[]
  /** One command in a batch and an entry of its own. */
  do(author: { key: Signer }, command: Command, head?: Partial<BatchHead>): Outcome
  /** Sealed batches, of the same or of several authors, in one entry. */
  commit(batches: Uint8Array[], voters?: NodeId[]): (readonly Outcome[])[]
  /** Time passes: each voter says so. */
  tick(nowMs: number): void
}

export function createWorld(
  options: { seed?: number; consensus?: ConsensusEngine; release?: Release } = {},
): World {
  const random = createSeededRandom(options.seed ?? 1)
  const makePerson = (): Person => {
    const key = generateKey(random)
    return { key, owner: ownerIdOf(key.publicKey) }
  }
  const founder = makePerson()
  const createdAt = new Date(START_MS).toISOString()
  const consensus = options.consensus ?? 'raft'
  const voters = consensus === 'simplex' ? [nodeIdOf(founder.key.publicKey)] : undefined
  const network = foundNetwork(
    founder.key,
    { name: 'Home', consensus, createdAt, ...(voters && { voters }) },
    random,
  )
  const { release } = options
  const registry = createRegistry({ network, voters: [], ...(release && { release }) })
  const log: LogEntry[] = []
  const next = new Map<string, number>()
  let voting: Machine[] = []

  const world: World = {
    ...{ network, registry, random, founder, log, person: makePerson },
    member(...permissions) {
      const person = makePerson()
      const body = { owner: person.key.publicKey, name: 'Somebody', permissions }
      expectDone(world.do(founder, { kind: 'member.admit', body }))
      return person
    },
    machine(owner) {
      const key = generateKey(random)
      const body = { certificate: world.certificate(owner, key), role: 'rhizomorph' as const }
      expectDone(world.do({ key }, { kind: 'node.register', body }))
      return { key, node: nodeIdOf(key.publicKey), owner }
    },
    certificate: (owner, node, nowMs = START_MS) =>
      issueNodeCertificate(owner.key, network.id, { node: node.publicKey, nowMs }),
    elect(...machines) {
      voting = machines
      world.commit(
        [],
        machines.map(({ node }) => node),
      )
    },
    seal(signer, commands, head) {
      const name = ownerIdOf(signer.publicKey)
      const first = head?.first ?? next.get(name) ?? 1
      if (head?.first === undefined) next.set(name, first + commands.length)
      const whole = { incarnation: 1, first, settled: 0, timeMs: START_MS, ...head }
      return sealBatch(signer, network.id, whole, commands)
    },
    send: (author, commands, head) => [
      ...(world.commit([world.seal(author.key, commands, head)])[0] ?? []),
    ],
    do(author, command, head) {
      const [outcome] = world.send(author, [command], head)
      assert(outcome, 'A command has an outcome.')
      return outcome
    },
    commit(batches, voters) {
      log.push(voters ? { batches, voters } : { batches })
      return [...applyEntry(registry, network, log.length, { batches, ...(voters && { voters }) })]
    },
    tick(nowMs) {
      for (const machine of voting) world.do(machine, { kind: 'tick', body: {} }, { timeMs: nowMs })
    },
  }
  return world
}

export function applyEntry(
  registry: Registry,
  network: FoundedNetwork,
  index: number,
  { batches, voters }: LogEntry,
  release?: Release,
) {
  const opened = batches.map((bytes) => openBatch(network, bytes, { release }))
  return registry.apply(index as LogIndex, opened.filter(isVerified), voters).outcomes
}

/** The value of a command that must not have been refused. */
export function expectDone(outcome: Outcome | undefined) {
  assert(outcome?.ok, `Refused: ${JSON.stringify(outcome)}`)
  return outcome.value
}

/** `done`, or the code of the refusal. */
export function codeOf(outcome: Outcome | undefined): string {
  return outcome === undefined ? 'nothing' : outcome.ok ? 'done' : outcome.code
}

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
