/**
 * A committee in one process, from one seed: links that lose, delay, repeat and part, nodes that
 * crash between any two effects and come back from what was on disk, and liars. Honest logs are
 * compared at every delivery.
 */
import { createHash } from 'node:crypto'
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom, type Random } from '../../../base/random/index.ts'
import { type NetworkId, nodeIdOf, type Signer } from '../../../identity/index.ts'
import type { Fate, LogIndex, Members, ProposalId, ReadId, ReadResult, Ready } from '../index.ts'
import {
  type Committee,
  createCommittee,
  createSimplexEngine,
  type Epoch,
  type SimplexConfig,
  type SimplexEngine,
  type Standing,
} from './index.ts'

export const NETWORK = 'ab'.repeat(32) as NetworkId

/** Signs with a hash: as hard to forge for the liars here, and much faster than Ed25519. */
export function fakeSigner(name: string): Signer {
  const publicKey = sha256(Buffer.from(`key of ${name}`))
  return { publicKey, sign: (message) => fakeSignature(publicKey, message) }
}

export function fakeVerify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return Buffer.compare(fakeSignature(key, message), signature) === 0
}

function fakeSignature(key: Uint8Array, message: Uint8Array): Uint8Array {
  const half = sha256(Buffer.concat([key, message]))
  return Uint8Array.from([...half, ...half])
}

function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}

function must<Value>(value: Value | undefined): Value {
  assert(value !== undefined, 'It is there.')
  return value
}

/** The state machine's list before the first entry. */
const FOUNDING = Buffer.from('[]')

export const EVEN: Standing = { weight: 1, trust: 1 }

export interface ClusterOptions {
  seed: number
  /** Of the founding voters, in order; as many as there are of them. */
  standings: readonly Standing[]
  /** Nodes that exist from the start and are no members. */
  outsiders?: number
  dropRate?: number
  delayTicksMax?: number
  signer?: (name: string) => Signer
  verify?: SimplexConfig['verify']
  mayChange?: SimplexConfig['mayChange']
}

export interface SimNode {
  readonly name: string
  readonly id: NodeId
  readonly config: SimplexConfig
  engine: SimplexEngine | undefined
  /** Records that survived, and those that a crash would lose. */
  disk: Uint8Array[]
  unsynced: Uint8Array[]
  /** The state machine: payloads by index, as text. A snapshot is their list. */
  log: string[]
  fates: Fate[]
  reads: ReadResult[]
  honest: boolean
  crashes: number
}

interface Flight {
  from: NodeId
  to: NodeId
  bytes: Uint8Array
  dueTick: number
}

export interface Cluster {
  readonly nodes: SimNode[]
  readonly random: Random
  readonly committee: Committee
  /** What every honest log agrees on, by index. */
  readonly canon: string[]
  tick: number
  sent: number
  dropRate: number
  delayTicksMax: number
  /** False cuts the way from one to the other. */
  linked: (from: SimNode, to: SimNode) => boolean
  /** Takes a liar's message over: what it returns is sent instead. */
  tamper: (from: SimNode, to: SimNode, bytes: Uint8Array) => readonly Uint8Array[]
  /** Hears everything that is delivered, before the node does. */
  spy: (from: SimNode, to: SimNode, bytes: Uint8Array) => void
  /** The chance that a node crashes at an effect. */
  crashRate: number
  /** How often what arrives is answered within one tick. */
  hops: number
  /** Whether honest logs that differ fail at once. */
  strict: boolean
  node(at: number): SimNode
  honest(): SimNode[]
  send(from: NodeId, to: NodeId, bytes: Uint8Array): void
  /** Sends in so many ticks from now. */
  later(ticks: number, from: SimNode, to: SimNode, bytes: Uint8Array): void
  pump(node: SimNode): void
  crash(node: SimNode): void
  restart(node: SimNode): void
  step(): void
  run(ticks: number): void
  /** Steps until it holds; false when `ticks` were not enough. */
  until(holds: () => boolean, ticks: number): boolean
  propose(node: SimNode, text: string): ProposalId
  read(node: SimNode): ReadId
  compact(node: SimNode): void
}

export function createCluster(options: ClusterOptions): Cluster {
  const random = createSeededRandom(options.seed)
  const makeSigner = options.signer ?? fakeSigner
  const count = options.standings.length
  const names = Array.from({ length: count + (options.outsiders ?? 0) }, (_, at) => `node ${at}`)
  const signers = names.map(makeSigner)
  const ids = signers.map((signer) => nodeIdOf(signer.publicKey))
  const standings = new Map(ids.map((id, at) => [id, options.standings[at] ?? EVEN]))
  const standingOf = (node: NodeId): Standing => standings.get(node) ?? EVEN
  const members: Members = { voters: ids.slice(0, count), learners: [] }
  const committee = must(createCommittee(0 as Epoch, members, standingOf))
  let flights: Flight[] = []
  let lastId = 0

  const nodes = names.map((name, at): SimNode => {
    const config: SimplexConfig = {
      self: must(ids[at]),
      signer: must(signers[at]),
      verify: options.verify ?? fakeVerify,
      network: NETWORK,
      committee,
      state: at < count ? FOUNDING : undefined,
      random: createSeededRandom(options.seed * 1_000 + at),
      standingOf,
      mayChange: options.mayChange ?? (() => true),
    }
    const engine = createSimplexEngine(config, [])
    return {
      name,
      id: must(ids[at]),
      config,
      engine,
      disk: [],
      unsynced: [],
      log: [],
      fates: [],
      reads: [],
      honest: true,
      crashes: 0,
    }
  })
  const byId = new Map(nodes.map((node) => [node.id, node]))

  const cluster: Cluster = {
    nodes,
    random,
    committee,
    canon: [],
    tick: 0,
    sent: 0,
    dropRate: options.dropRate ?? 0,
    delayTicksMax: options.delayTicksMax ?? 0,
    linked: () => true,
    tamper: (_from, _to, bytes) => [bytes],
    spy: () => {},
    crashRate: 0,
    hops: 4,
    strict: true,
    node: (at) => must(nodes[at]),
    honest: () => nodes.filter((node) => node.honest),
    send(from, to, bytes) {
      cluster.sent++
      if (random.float() < cluster.dropRate) return
      const dueTick = cluster.tick + random.int(cluster.delayTicksMax + 1)
      flights.push({ from, to, bytes, dueTick })
      if (cluster.dropRate > 0 && random.float() < 0.05) {
        flights.push({ from, to, bytes, dueTick: dueTick + random.int(10) })
      }
    },
    later(ticks, from, to, bytes) {
      flights.push({ from: from.id, to: to.id, bytes, dueTick: cluster.tick + ticks })
    },
    pump(node) {
      const { engine } = node
      if (!engine) return
      for (let ready = engine.ready(); ready; ready = engine.ready()) {
        for (const effect of effectsOf(node, ready)) {
          effect()
          if (cluster.crashRate > 0 && random.float() < cluster.crashRate) {
            cluster.crash(node)
            return
          }
        }
        engine.advance()
      }
    },
    crash(node) {
      node.engine = undefined
      node.crashes++
      // Some of what was not synced survives all the same, from the front.
      node.disk.push(...node.unsynced.slice(0, random.int(node.unsynced.length + 1)))
      node.unsynced = []
    },
    restart(node) {
      if (node.engine) return
      node.log = []
      node.engine = createSimplexEngine(node.config, node.disk)
      cluster.pump(node)
    },
    step() {
      cluster.tick++
      for (const node of nodes) node.engine?.tick()
      for (const node of nodes) cluster.pump(node)
      // Messages without delay travel several hops within one tick.
      for (let hop = 0; hop < cluster.hops; hop++) deliverDue()
    },
    run(ticks) {
      for (let at = 0; at < ticks; at++) cluster.step()
    },
    until(holds, ticks) {
      for (let at = 0; at < ticks; at++) {
        if (holds()) return true
        cluster.step()
      }
      return holds()
    },
    propose(node, text) {
      const id = `p${++lastId}` as ProposalId
      node.engine?.propose(id, Buffer.from(text))
      cluster.pump(node)
      return id
    },
    read(node) {
      const id = `r${++lastId}` as ReadId
      node.engine?.read(id)
      cluster.pump(node)
      return id
    },
    compact(node) {
      if (!node.engine || node.log.length === 0) return
      const state = Buffer.from(JSON.stringify(node.log))
      const records = node.engine.compact(node.log.length as LogIndex, state)
      if (!records) return
      node.disk = [...records]
      node.unsynced = []
    },
  }

  function deliverDue(): void {
    const due: Flight[] = []
    const later: Flight[] = []
    for (const flight of flights) (flight.dueTick <= cluster.tick ? due : later).push(flight)
    flights = later
    while (due.length > 0) {
      const at = random.int(due.length)
      const flight = must(due.splice(at, 1)[0])
      const from = must(byId.get(flight.from))
      const to = must(byId.get(flight.to))
      if (!cluster.linked(from, to)) continue
      cluster.spy(from, to, flight.bytes)
      const verdict = to.engine?.step(from.id, flight.bytes)
      if (verdict?.verdict === 'reject' && from.honest && to.honest) {
        throw new Error(`${to.name} blames honest ${from.name}: ${verdict.code}`)
      }
      cluster.pump(to)
    }
  }

  /** In the order of the contract; a crash may come between any two. */
  function effectsOf(node: SimNode, ready: Ready): (() => void)[] {
    const out = (to: NodeId, bytes: Uint8Array) => () => {
      const target = must(byId.get(to))
      for (const changed of cluster.tamper(node, target, bytes)) cluster.send(node.id, to, changed)
    }
    return [
      ...ready.messagesNow.map(({ to, message }) => out(to, message)),
      () => {
        node.unsynced.push(...ready.records)
        if (!ready.mustSync) return
        node.disk.push(...node.unsynced)
        node.unsynced = []
      },
      ...ready.messages.map(({ to, message }) => out(to, message)),
      () => apply(node, ready),
    ]
  }

  function apply(node: SimNode, ready: Ready): void {
    if (ready.snapshot) {
      node.log = JSON.parse(Buffer.from(ready.snapshot.state).toString())
      if (node.log.length !== ready.snapshot.index) throw new Error('A snapshot of another index.')
      for (const [at, text] of node.log.entries()) checkCanon(node, at + 1, text)
    }
    for (const { index, payload, members } of ready.committed) {
      if (index !== node.log.length + 1) throw new Error(`${node.name}: gap before ${index}`)
      const text = members ? `members ${members.voters.length}` : Buffer.from(payload).toString()
      node.log.push(text)
      checkCanon(node, index, text)
    }
    node.fates.push(...ready.fates)
    node.reads.push(...ready.reads)
  }

  function checkCanon(node: SimNode, index: number, text: string): void {
    if (!node.honest || !cluster.strict) return
    const agreed = cluster.canon[index - 1]
    if (agreed === undefined) cluster.canon[index - 1] = text
    else if (agreed !== text) {
      throw new Error(`${node.name} has "${text}" at ${index}, others have "${agreed}"`)
    }
  }

  return cluster
}
