import { describe, expect, it } from 'vitest'
import type { OwnerId } from '../../identity/index.ts'
import type { Command } from './index.ts'
import { longName, nameMeant, nameThere, nameToWrite, shortForm } from './owned-names.ts'
import { bytes, codeOf, createWorld, expectDone } from './registry.fixture.ts'

const ANN = 'a'.repeat(64) as OwnerId
const BOB = 'b'.repeat(64) as OwnerId
const CAT = 'c'.repeat(64) as OwnerId
const BOBS = 'wiki-of-bbbbbbbbbb'
const ANNS = 'wiki-of-aaaaaaaaaa'

/** Ann was first; Bob has a wiki of his own. */
const held: Record<string, OwnerId> = { wiki: ANN, [BOBS]: BOB, shop: ANN }
const ownerOf = (name: string): OwnerId | undefined => held[name]

describe('which name is meant', () => {
  it.each([
    ['wiki', ANN, 'wiki', 'wiki'],
    ['wiki', BOB, BOBS, BOBS],
    ['wiki', CAT, 'wiki', 'wiki-of-cccccccccc'],
    ['shop', BOB, 'shop', 'shop-of-bbbbbbbbbb'],
    ['blog', CAT, 'blog', 'blog'],
    // Each has one name that everybody understands alike.
    [ANNS, ANN, 'wiki', 'wiki'],
    [ANNS, BOB, 'wiki', 'wiki'],
    [BOBS, ANN, BOBS, BOBS],
    [BOBS, BOB, BOBS, BOBS],
    ['wiki-of-dddddddddd', BOB, 'wiki-of-dddddddddd', 'wiki-of-dddddddddd'],
  ])('by %s, said by %s', (said, owner, there, toWrite) => {
    expect(nameMeant(said, owner, ownerOf)).toBe(there)
    expect(nameToWrite(said, owner, ownerOf)).toBe(toWrite)
  })

  it('stays the same when the first owner has given the short one back', () => {
    const without = (name: string) => (name === 'wiki' ? undefined : held[name])
    expect(nameMeant('wiki', BOB, without)).toBe(BOBS)
    expect(nameToWrite('wiki', BOB, without)).toBe(BOBS)
    expect(nameToWrite('wiki', CAT, without)).toBe('wiki')
  })

  it.each([
    ['wiki', BOB, ['wiki', BOBS], BOBS],
    ['wiki', BOB, ['wiki'], 'wiki'],
    ['wiki', BOB, [], BOBS],
    ['wiki', CAT, ['wiki'], 'wiki'],
    [ANNS, BOB, [], 'wiki'],
    [BOBS, BOB, ['wiki'], BOBS],
  ])('to see what runs by %s, said by %s where %j are there', (said, owner, there, meant) => {
    const isThere = (name: string) => there.includes(name)
    expect(nameThere(said, owner, { ownerOf, isThere })).toBe(meant)
  })

  it('is never a name that is too long', () => {
    const long = 'x'.repeat(60)
    expect(longName(long, BOB)).toBeUndefined()
    expect(nameToWrite(long, BOB, () => ANN)).toBe(long)
    expect(longName('x'.repeat(49), BOB)).toHaveLength(63)
  })

  it('is told from its form alone, where it is long', () => {
    expect([BOBS, 'wiki', 'best-of-breed', '-of-bbbbbbbbbb'].map(shortForm)).toEqual([
      'wiki',
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('a long name', () => {
  const apply = (name: string): Command => {
    return { kind: 'workload.apply', body: { name, spec: bytes('{}') } }
  }

  it('is taken by nobody but the owner whose digits it bears, from the third rules on', () => {
    const { founder, member, machine, elect, do: act } = createWorld({ seed: 48 })
    const bob = member('deploy')
    const name = (of: string): string => longName(of, bob.owner) ?? ''
    // Before, whoever came first had it, and keeps it.
    expectDone(act(founder, apply(name('early'))))
    const node = machine(founder)
    elect(node)
    expectDone(act(node, { kind: 'version.support', body: { version: 3 } }))
    expectDone(act(node, { kind: 'version.activate', body: { version: 3 } }))
    expect(codeOf(act(founder, apply(name('wiki'))))).toBe('NAME_TAKEN')
    const put = { kind: 'kv.put', body: { key: `${name('wiki')}/x`, value: bytes('1') } } as const
    expect(codeOf(act(founder, put))).toBe('NAME_TAKEN')
    expectDone(act(bob, apply(name('wiki'))))
    // An admin may change what is there, as ever.
    expectDone(act(founder, apply(name('wiki'))))
    expect(codeOf(act(bob, apply(name('early'))))).toBe('NAME_TAKEN')
    expectDone(act(founder, apply(name('early'))))
  })
})
