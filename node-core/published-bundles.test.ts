import { expect, test } from 'vitest'
import type { NodeId } from './base/net/index.ts'
import type { OwnerId } from './identity/index.ts'
import { createPublishedBundles } from './published-bundles.ts'
import type { Digest } from './storage/blobs/index.ts'

const [EVE, MEG, SELF, OWN, ADMIN] = ['0', '1', '5', '7', '8'].map((digit) => digit.repeat(64)) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
]
const DIGEST = `sha256:${'d'.repeat(64)}` as Digest
const [ADA, BEN, DORA] = ['a', 'b', 'd'].map((digit) => digit.repeat(64)) as [
  OwnerId,
  OwnerId,
  OwnerId,
]
const greeter = { name: 'greeter', version: '1.0.0', publisher: 'p', sizeBytes: 9 }
const fake = { ...greeter, name: 'fake' }

/** Eve may deploy, Meg may only use. */
function house(records: Record<string, { value: unknown; author: NodeId }> = {}) {
  const state = new Map(Object.entries(records))
  let holders: NodeId[] = []
  const standings: Record<NodeId, [OwnerId, string[]]> = {
    ...{ [SELF]: [ADA, ['deploy']], [OWN]: [ADA, ['deploy']] },
    ...{ [ADMIN]: [DORA, ['admin']], [EVE]: [BEN, ['deploy']], [MEG]: [BEN, ['use']] },
  }
  const published = createPublishedBundles({
    ...{ self: SELF, owner: ADA, nodes: () => [EVE, MEG, OWN, ADMIN], holders: () => holders },
    state: {
      get: (key) => state.get(key) as never,
      list: (prefix) =>
        [...state].flatMap(([key, record]) =>
          key.startsWith(prefix) && record.value !== undefined ? [{ key, ...record } as never] : [],
        ),
      async put(key, value) {
        state.set(key, { value, author: SELF })
        return undefined as never
      },
      async delete(key) {
        state.set(key, { value: undefined, author: SELF })
      },
    },
    standing(node) {
      const [owner, permissions] = standings[node] ?? []
      return owner && { owner, permissions: new Set(permissions as never[]) }
    },
  })
  const said = () => [...state].flatMap(([key, { value }]) => (value === undefined ? [] : [key]))
  return {
    ...{ published, state, said },
    hold: (...nodes: NodeId[]) => {
      holders = nodes
    },
  }
}

test('what a node published it keeps and calls its own, though others rewrite or end what all share', async () => {
  const { published, state, hold } = house()
  await published.note(DIGEST, greeter)
  hold(EVE, MEG, OWN, ADMIN)
  for (const key of [`net/bundle/${DIGEST}`, `node/${EVE}/bundle/${DIGEST}`]) {
    state.set(key, { value: fake, author: EVE })
  }
  expect(published.list().get(DIGEST)).toEqual(greeter)
  expect(published.keeps(DIGEST)).toBe(true)
  state.delete(`net/bundle/${DIGEST}`)
  expect(published.keeps(DIGEST)).toBe(true)
  expect(published.list().get(DIGEST)).toEqual(greeter)
})

test('a copy is left to others only where they are believed', () => {
  const { published, hold } = house({
    [`node/${OWN}/bundle/${DIGEST}`]: { value: greeter, author: OWN },
  })
  hold(EVE, MEG)
  expect(published.keeps(DIGEST)).toBe(true)
  hold(EVE, OWN, ADMIN)
  expect(published.keeps(DIGEST)).toBe(true)
  expect(house().published.keeps(DIGEST)).toBe(false)
})

test('what releases before this one published is told and kept', () => {
  const key = `net/bundle/${DIGEST}`
  const { published } = house({ [key]: { value: greeter, author: EVE } })
  expect(published.list().get(DIGEST)).toEqual(greeter)
  expect(published.keeps(DIGEST)).toBe(true)
})

test('what is published counts of whoever may deploy, and of who is believed first', () => {
  const at = (node: NodeId) => `node/${node}/bundle/${DIGEST}`
  const meg = house({ [at(MEG)]: { value: fake, author: MEG } }).published
  expect([meg.list().size, meg.keeps(DIGEST)]).toEqual([0, false])
  const both = house({
    [at(EVE)]: { value: fake, author: EVE },
    [at(ADMIN)]: { value: greeter, author: ADMIN },
    [`net/bundle/${DIGEST}`]: { value: fake, author: EVE },
  }).published
  expect(both.list().get(DIGEST)).toEqual(greeter)
})

test('what a node published it withdraws itself, and keeps no more; what others say stays', async () => {
  const { published, state, said, hold } = house()
  await published.note(DIGEST, greeter)
  expect([published.isOwn(DIGEST), published.others(DIGEST)]).toEqual([true, []])
  await published.withdraw(DIGEST)
  expect(said()).toEqual([])
  expect([published.isOwn(DIGEST), published.keeps(DIGEST)]).toEqual([false, false])
  expect(published.list().size).toBe(0)

  await published.note(DIGEST, greeter)
  for (const key of [`net/bundle/${DIGEST}`, `node/${OWN}/bundle/${DIGEST}`]) {
    state.set(key, { value: greeter, author: OWN })
  }
  expect(published.others(DIGEST)).toEqual([OWN])
  await published.withdraw(DIGEST)
  expect(said()).toEqual([`net/bundle/${DIGEST}`, `node/${OWN}/bundle/${DIGEST}`])
  hold(OWN, ADMIN)
  expect(published.isOwn(DIGEST)).toBe(false)
})

test('what a release before this one published is withdrawn too', async () => {
  const { published, said } = house({ [`net/bundle/${DIGEST}`]: { value: greeter, author: SELF } })
  expect(published.isOwn(DIGEST)).toBe(true)
  await published.withdraw(DIGEST)
  expect(said()).toEqual([])
  expect([published.isOwn(DIGEST), published.keeps(DIGEST)]).toEqual([false, false])
})
