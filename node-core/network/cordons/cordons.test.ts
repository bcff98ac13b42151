import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createOneRegistry, type OneRegistry } from '../../control/primary/testing/one-registry.ts'
import type { StateRecord } from '../../control/state/index.ts'
import {
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
} from '../../identity/index.ts'
import { type Cordons, type CordonsDeps, createCordons, type Owned } from './index.ts'

const CREATED_AT = '2026-11-25T12:00:00.000Z'
const CORDONED = { cordoned: true, draining: false }
const DRAINING = { cordoned: true, draining: true }
const READY = { cordoned: false, draining: false }

let clock: SimClock
let registry: OneRegistry
let founder: KeyPair
let nodeKey: KeyPair
let node: Owned
let logger: ReturnType<typeof createMemoryLogger>
let state: ReturnType<typeof sharedState>
let cordons: Cordons
let told: string[]

beforeEach(async () => {
  const random = createSeededRandom(3)
  clock = createSimClock()
  founder = generateKey(random)
  nodeKey = generateKey(random)
  const genesis = { name: 'House', consensus: 'raft', createdAt: CREATED_AT } as const
  const network = foundNetwork(founder, genesis, random)
  registry = createOneRegistry(network)
  const certified = { node: nodeKey.publicKey, nowMs: Date.parse(CREATED_AT) }
  const certificate = issueNodeCertificate(founder, network.id, certified)
  const body = { certificate, role: 'rhizomorph' as const }
  registry.execute(nodeKey, { kind: 'node.register', body })
  node = { id: nodeIdOf(nodeKey.publicKey), owner: ownerIdOf(founder.publicKey) }
  state = sharedState(node)
  cordons = await open()
})
afterEach(() => cordons.stop())

async function open(change: Partial<CordonsDeps> = {}): Promise<Cordons> {
  logger = createMemoryLogger()
  told = []
  const primary = registry.primaryOf(nodeKey)
  const opened = createCordons({
    ...{ state, primary: () => primary, owner: node.owner, clock, logger },
    permissions: () => new Set(['admin' as const]),
    ...change,
  })
  opened.subscribe((id) => told.push(id))
  await opened.start()
  return opened
}

/** One node's map. */
function sharedState({ id: author, owner }: Owned) {
  const records = new Map<string, StateRecord>()
  const listeners = new Set<(key: string) => void>()
  const set = async (key: string, value: Plain | undefined): Promise<StateRecord> => {
    const at = { author, owner, incarnation: 1, counter: records.size, generation: 1 }
    const record: StateRecord = { key, value, ...at }
    records.set(key, record)
    for (const listener of listeners) listener(key)
    return record
  }
  const live = (): StateRecord[] => [...records.values()].filter(({ value }) => value !== undefined)
  const deps: CordonsDeps['state'] & { live(): StateRecord[] } = {
    live,
    get: (key) => records.get(key),
    list: (prefix) => live().filter(({ key }) => key.startsWith(prefix)),
    put: set,
    delete: async (key) => void (await set(key, undefined)),
    subscribe(prefix, listener) {
      const tell = (key: string): void => {
        const record = records.get(key)
        if (!record || !key.startsWith(prefix)) return
        listener({ key, record, previous: undefined, remote: false })
      }
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
  }
  return deps
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500)
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
}

const warnings = () => logger.lines.filter(({ level }) => level === 'warn')

describe('with a quorum', () => {
  it('is what the registry says, and nothing goes into the shared state', async () => {
    await cordons.set(node, DRAINING)
    expect(registry.view.cordon(node.id)).toMatchObject({ ...DRAINING, version: 1 })
    expect(cordons.of(node)).toMatchObject(DRAINING)
    expect(state.live()).toEqual([])
    expect(told).toEqual([node.id])
    await cordons.set(node, READY)
    expect(cordons.of(node)).toMatchObject(READY)
  })

  it('says of an admin’s word on another node that it changed', async () => {
    registry.execute(founder, { kind: 'node.cordon', body: { node: node.id, ...CORDONED } })
    expect(told).toEqual([node.id])
    expect(cordons.of(node)).toMatchObject(CORDONED)
  })

  it('throws what the registry refuses, and writes nothing elsewhere', async () => {
    const stranger = generateKey(createSeededRandom(9))
    const body = { owner: stranger.publicKey, name: 'Sid', permissions: ['use' as const] }
    registry.execute(founder, { kind: 'member.admit', body })
    const primary = registry.primaryOf(stranger)
    await cordons.stop()
    cordons = await open({ primary: () => primary })
    await expect(cordons.set(node, CORDONED)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(state.live()).toEqual([])
  })

  it('goes into the shared state for a node that the registry does not know yet', async () => {
    const other = { ...node, id: 'a'.repeat(64) as Owned['id'] }
    await cordons.set(other, CORDONED)
    expect(cordons.of(other)).toMatchObject(CORDONED)
    expect(registry.view.cordon(other.id)).toBeUndefined()
  })
})

describe('without a quorum', () => {
  it('is said in the shared state, counts there, and is taken over once there is one', async () => {
    registry.inForce = false
    await cordons.set(node, CORDONED)
    expect(registry.view.cordon(node.id)).toBeUndefined()
    expect(cordons.of(node)).toMatchObject(CORDONED)
    await pass(3_000)
    expect(registry.view.cordon(node.id)).toBeUndefined()
    registry.inForce = true
    await pass(2_000)
    expect(registry.view.cordon(node.id)).toMatchObject({ ...CORDONED, version: 1 })
    await pass(20_000)
    expect(state.live()).toEqual([])
    expect(cordons.of(node)).toMatchObject(CORDONED)
    expect(warnings()).toEqual([])
  })

  it('takes the place of what was committed before, and loses to what was committed meanwhile', async () => {
    await cordons.set(node, DRAINING)
    registry.inForce = false
    await cordons.set(node, READY)
    expect(cordons.of(node)).toMatchObject(READY)
    // The other side of the partition has the quorum.
    registry.execute(founder, { kind: 'node.cordon', body: { node: node.id, ...CORDONED } })
    expect(cordons.of(node)).toMatchObject(CORDONED)
    registry.inForce = true
    await pass(2_000)
    expect(cordons.of(node)).toMatchObject(CORDONED)
    expect(registry.view.cordon(node.id)).toMatchObject({ version: 2 })
    expect(state.live()).toEqual([])
    expect(warnings().map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ said: 'ready', committed: 'cordoned' }),
    ])
  })

  it('is left to whom it is of: others take nothing over', async () => {
    registry.inForce = false
    await cordons.set(node, CORDONED)
    await cordons.stop()
    const [permissions, owner] = [() => new Set<never>(), 'b'.repeat(64) as OwnerId]
    cordons = await open({ permissions, owner })
    registry.inForce = true
    await pass(5_000)
    expect(registry.view.cordon(node.id)).toBeUndefined()
    expect(cordons.of(node)).toMatchObject(CORDONED)
  })

  it('heeds records of before, which name no version', async () => {
    await state.put(`net/node/${node.id}/cordon/${node.owner}`, CORDONED)
    expect(cordons.of(node)).toMatchObject(CORDONED)
    registry.execute(founder, { kind: 'node.cordon', body: { node: node.id, ...READY } })
    expect(cordons.of(node)).toMatchObject(READY)
  })
})
