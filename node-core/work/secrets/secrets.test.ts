import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { KeyPair } from '../../identity/index.ts'
import type { ReaderState } from './index.ts'
import { openValue, unwrapKey } from './sealed-value.ts'
import { createHouse, type Dweller, type House } from './testing/house.ts'

const NAME = 'shop/password'
const VALUE = Buffer.from('correct horse battery staple')

let clock: SimClock
let house: House
let ada: KeyPair
let adas: Dweller
let bens: Dweller
let running: Dweller[]

beforeEach(() => {
  clock = createSimClock()
  house = createHouse(clock)
  ada = house.owner('ada')
  adas = house.node(ada)
  bens = house.node(house.owner('ben'))
  running = []
})
afterEach(async () => {
  for (const { secrets } of running) await secrets.stop()
})

async function run(...dwellers: Dweller[]): Promise<void> {
  running.push(...dwellers)
  for (const { secrets } of dwellers) await secrets.start()
}

/** What a node can make of what the registry holds. */
function readBy({ id, key }: Dweller, name = NAME): string | undefined {
  const row = house.view.secret(name)
  const wrapped = row?.wraps.find(([node]) => node === id)?.[1]
  const dataKey = wrapped && unwrapKey({ network: house.network, name }, wrapped, key)
  const value = dataKey && row && openValue(row.sealed, dataKey)
  return value && Buffer.from(value).toString()
}

function statesOf(dweller: Dweller): Map<NodeId, ReaderState> {
  const [facts] = dweller.secrets.list(NAME, { limit: 1 })
  return new Map(facts?.readers.map(({ node, state }) => [node, state]))
}

function assignTo(...nodes: NodeId[]): void {
  const spec = new Uint8Array(1)
  if (!house.view.workload('shop')) {
    house.execute(ada, { kind: 'workload.apply', body: { name: 'shop', spec } })
  }
  const assign = nodes.map((node, index): [number, NodeId] => [index, node])
  const body = { workload: 'shop', generation: 1, assign, release: [] }
  house.execute(ada, { kind: 'workload.assign', body })
}

/** As a holder would with changed software. */
function wrapGarbage(by: Dweller, ...readers: NodeId[]): void {
  const version = house.view.secret(NAME)?.version ?? never()
  const wraps = readers.sort().map((node): [NodeId, Uint8Array] => [node, Buffer.alloc(80, 'x')])
  house.execute(by.key, { kind: 'secret.wrap', body: { name: NAME, version, wraps } })
}

async function settle(steps = 20): Promise<void> {
  for (let step = 0; step < steps; step++) {
    clock.advance(500)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
}

describe('a secret that is put', () => {
  it('is read by the nodes of its owner, and by nobody else', async () => {
    const second = house.node(ada)
    const facts = await adas.secrets.put(NAME, VALUE)
    expect(facts).toMatchObject({ name: NAME, version: 1 })
    expect([readBy(adas), readBy(second), readBy(bens)]).toEqual([
      VALUE.toString(),
      VALUE.toString(),
      undefined,
    ])
  })

  it('is in nothing that the registry holds, and says little of its length', async () => {
    await adas.secrets.put(NAME, VALUE)
    await adas.secrets.put('shop/short', Buffer.from('x'))
    const [one, two] = [house.view.secret(NAME), house.view.secret('shop/short')]
    expect(Buffer.from(one?.sealed ?? []).includes('horse')).toBe(false)
    expect(one?.sealed.byteLength).toBe(two?.sealed.byteLength)
  })

  it('has another key with every version, so that an old one opens nothing new', async () => {
    await adas.secrets.put(NAME, VALUE)
    const before = house.view.secret(NAME)?.wraps.find(([node]) => node === adas.id)?.[1]
    await adas.secrets.put(NAME, Buffer.from('other'))
    const place = { network: house.network, name: NAME }
    const oldKey = unwrapKey(place, before ?? new Uint8Array(), adas.key)
    const { sealed } = house.view.secret(NAME) ?? never()
    expect(oldKey && openValue(sealed, oldKey)).toBeUndefined()
    expect(readBy(adas)).toBe('other')
  })

  it('opens under its own name alone', async () => {
    await adas.secrets.put(NAME, VALUE)
    const wrapped = house.view.secret(NAME)?.wraps[0]?.[1] ?? never()
    const place = { network: house.network, name: 'shop/other' }
    expect(unwrapKey(place, wrapped, adas.key)).toBeUndefined()
  })

  it.each([
    ['a name of another owner', 'NAME_TAKEN', () => bens.secrets.put(NAME, VALUE)],
    [
      'a version that has passed',
      'REVISION_MISMATCH',
      () => adas.secrets.put(NAME, VALUE, { version: 0 }),
    ],
    [
      'nothing to take the place of',
      'NOT_FOUND',
      () => adas.secrets.put('shop/none', VALUE, { version: '*' }),
    ],
    ['one byte too much', 'TOO_LARGE', () => adas.secrets.put(NAME, Buffer.alloc(65_001))],
    ['a name that is none', 'MALFORMED', () => adas.secrets.put('shop/a b', VALUE)],
    ['nothing to delete', 'NOT_FOUND', () => adas.secrets.delete('shop/none')],
    [
      'another version to delete',
      'REVISION_MISMATCH',
      () => adas.secrets.delete(NAME, { version: 7 }),
    ],
  ])('refuses %s', async (_, code, act) => {
    await adas.secrets.put(NAME, VALUE)
    await expect(act()).rejects.toMatchObject({ code })
    expect(readBy(adas)).toBe(VALUE.toString())
  })

  it('takes the largest value whole', async () => {
    await adas.secrets.put(NAME, Buffer.alloc(65_000, 'a'))
    expect(readBy(adas)).toHaveLength(65_000)
  })

  it('takes the place of whichever version there is, and goes', async () => {
    await adas.secrets.put(NAME, VALUE)
    const { version } = await adas.secrets.put(NAME, VALUE, { version: '*' })
    expect(version).toBe(2)
    await adas.secrets.delete(NAME, { version: 2 })
    expect(adas.secrets.list('', { limit: 10 })).toEqual([])
  })

  it('is not sealed for nobody: it would be lost', async () => {
    house.execute(ada, { kind: 'node.remove', body: { node: adas.id } })
    await expect(adas.secrets.put(NAME, VALUE)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('who comes later', () => {
  it('gets the key from a node of the owner: one of the owner’s own', async () => {
    await run(adas)
    await adas.secrets.put(NAME, VALUE)
    const late = house.node(ada)
    expect(statesOf(adas).get(late.id)).toBe('waiting')
    await settle()
    expect(statesOf(adas).get(late.id)).toBe('ready')
    expect(readBy(late)).toBe(VALUE.toString())
  })

  it('gets the key when its workload is assigned to it, and no later version once it is not', async () => {
    await run(adas)
    await adas.secrets.put(NAME, VALUE)
    assignTo(bens.id)
    await settle()
    expect(readBy(bens)).toBe(VALUE.toString())
    assignTo(adas.id)
    expect(statesOf(adas).get(bens.id)).toBe('former')
    await adas.secrets.put(NAME, Buffer.from('other'))
    expect(readBy(bens)).toBeUndefined()
    expect([...statesOf(adas)]).toEqual([[adas.id, 'ready']])
  })

  it('gets it from another node that runs the workload where the owner’s are away', async () => {
    await adas.secrets.put(NAME, VALUE)
    assignTo(bens.id)
    await run(adas)
    await settle()
    await adas.secrets.stop()
    await run(bens)
    const cecils = house.node(house.owner('cecil'))
    assignTo(bens.id, cecils.id)
    await settle()
    expect(readBy(cecils)).toBe(VALUE.toString())
  })

  it('gets it after a majority was away', async () => {
    await run(adas)
    await adas.secrets.put(NAME, VALUE)
    adas.failing = new MyceliumError('NO_QUORUM', 'No majority.')
    const late = house.node(ada)
    await settle()
    expect(readBy(late)).toBeUndefined()
    adas.failing = undefined
    await settle()
    await settle()
    expect(readBy(late)).toBe(VALUE.toString())
  })

  it('waits no longer because somebody before it has to', async () => {
    await run(adas)
    await adas.secrets.put(NAME, VALUE)
    adas.failing = new MyceliumError('NO_QUORUM', 'No majority.')
    house.node(ada)
    await settle(6)
    adas.failing = undefined
    const late = house.node(ada)
    await settle(5)
    expect(readBy(late)).toBe(VALUE.toString())
  })

  it('keeps the key that it has, whatever another owner’s node wraps for it', async () => {
    assignTo(bens.id)
    await adas.secrets.put(NAME, VALUE)
    wrapGarbage(bens, adas.id)
    expect(readBy(adas)).toBe(VALUE.toString())
    expect(statesOf(adas).get(adas.id)).toBe('ready')
  })

  it('says that what somebody wrapped for it opens nothing, and gets the key from the owner', async () => {
    assignTo(bens.id)
    await adas.secrets.put(NAME, VALUE)
    const [late, cecils] = [house.node(ada), house.node(house.owner('cecil'))]
    assignTo(bens.id, cecils.id)
    wrapGarbage(bens, late.id, cecils.id)
    expect([readBy(late), readBy(cecils)]).toEqual([undefined, undefined])
    await run(late, cecils, bens)
    await settle()
    expect(statesOf(adas).get(late.id)).toBe('waiting')
    wrapGarbage(bens, late.id)
    await run(adas)
    await settle()
    expect([readBy(late), readBy(cecils)]).toEqual([VALUE.toString(), VALUE.toString()])
    const states = [...statesOf(adas).values()]
    expect(states).toEqual(states.map(() => 'ready'))
  })

  it('is left alone once there is nothing to do', async () => {
    assignTo(bens.id)
    await adas.secrets.put(NAME, VALUE)
    const late = house.node(ada)
    wrapGarbage(bens, late.id)
    await run(late, bens)
    await settle()
    expect(statesOf(adas).get(late.id)).toBe('waiting')
    const row = house.view.secret(NAME)
    await settle()
    expect(house.view.secret(NAME)).toBe(row)
  })

  it('gets nothing from a node that may not hand it on', async () => {
    await run(bens)
    await adas.secrets.put(NAME, VALUE)
    house.node(ada)
    await settle()
    expect(house.view.secret(NAME)?.wraps).toHaveLength(1)
    expect(house.logger.lines.filter(({ level }) => level !== 'debug')).toEqual([])
  })
})

function never(): never {
  throw new Error('There is none.')
}

describe('a secret that an instance asks for', () => {
  it('opens on the nodes that may read it, as it is now', async () => {
    await adas.secrets.put(NAME, VALUE)
    expect(adas.secrets.open(NAME)).toEqual({ version: 1, value: VALUE })
    await adas.secrets.put(NAME, Buffer.from('another'))
    expect(adas.secrets.open(NAME)).toEqual({ version: 2, value: Buffer.from('another') })
    expect(() => adas.secrets.open('shop/none')).toThrow(/no secret/)
  })

  it('opens on an assigned node once its key was wrapped, and says until then that it waits', async () => {
    await adas.secrets.put(NAME, VALUE)
    expect(() => bens.secrets.open(NAME)).toThrow(/waits for the key/)
    assignTo(bens.id)
    await run(adas, bens)
    await settle()
    expect(bens.secrets.open(NAME)).toEqual({ version: 1, value: VALUE })
  })

  it('is told of when it changes, and not when keys do', async () => {
    await adas.secrets.put(NAME, VALUE)
    let told = 0
    const forget = adas.secrets.onChange(() => {
      told++
    })
    const mark = adas.secrets.markOf(NAME)
    house.execute(adas.key, { kind: 'kv.put', body: { key: 'shop/a', value: VALUE } })
    expect([told, adas.secrets.markOf(NAME) === mark]).toEqual([0, true])
    await adas.secrets.put(NAME, VALUE)
    expect([told, adas.secrets.markOf(NAME) === mark]).toEqual([1, false])
    const next = adas.secrets.markOf(NAME)
    assignTo(bens.id)
    await run(adas)
    await settle()
    // Somebody else can open it now, and it is the same.
    expect([told, adas.secrets.markOf(NAME) === next]).toEqual([2, true])
    forget()
    await adas.secrets.delete(NAME)
    expect([told, adas.secrets.markOf(NAME)]).toEqual([2, undefined])
  })
})
