import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { encode, type Plain } from '../../base/codec/index.ts'
import { sealEnvelope } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import {
  type Command,
  createRegistry,
  encodeEntry,
  openBatch,
  parseEntry,
  RELEASE,
  type Release,
} from './index.ts'
import { kind } from './kind.ts'
import { MANDATE_REVISIONS, SEQUENCE_MAX } from './limits.ts'
import { done } from './refusals.ts'
import { applyEntry, bytes, codeOf, createWorld, expectDone, START_MS } from './registry.fixture.ts'
import { revisionAfter } from './registry.ts'

const put = (key: string, text: string): Command => ({
  kind: 'kv.put',
  body: { key, value: bytes(text) },
})
const tick: Command = { kind: 'tick', body: {} }
const hex = (one: Uint8Array): string => Buffer.from(one).toString('hex')
const code = (name: string) => expect.objectContaining({ code: name })

describe('a command', () => {
  it('is applied once, and sent again gives its first result', () => {
    const { founder, seal, commit, registry, send } = createWorld()
    const batch = seal(founder.key, [put('a', '1'), put('a', '2')])
    const [first] = commit([batch])
    send(founder, [put('a', '3')])
    const before = registry.hash()
    expect(commit([batch, batch])).toEqual([first, first])
    expect(registry.view.get('a')?.value).toEqual(bytes('3'))
    expect(registry.hash()).toBe(before)
  })

  it('is told by its number, not by its batch: the first content stands', () => {
    const { founder, do: act, send, registry } = createWorld()
    act(founder, put('a', '1'), { first: 1 })
    const [again, fresh] = send(founder, [put('a', '2'), put('b', '2')], { first: 1 })
    expect(again).toEqual({ ok: true, value: { revision: 1, createRevision: 1, version: 1 } })
    expect(codeOf(fresh)).toBe('done')
    expect(registry.view.get('a')?.value).toEqual(bytes('1'))
  })

  it('gives its first refusal again, though it would pass now', () => {
    const { founder, member, do: act, person } = createWorld()
    const ann = member('use')
    expect(codeOf(act(ann, put('a', '1'), { first: 1 }))).toBe('FORBIDDEN')
    expectDone(
      act(founder, { kind: 'member.grant', body: { owner: ann.owner, permissions: ['deploy'] } }),
    )
    expect(codeOf(act(ann, put('a', '1'), { first: 1 }))).toBe('FORBIDDEN')
    expect(codeOf(act(ann, put('a', '1'), { first: 2 }))).toBe('done')
    expect(codeOf(act(person(), put('a', '1')))).toBe('UNKNOWN_AUTHOR')
  })

  it('is refused as stale once its author has settled it, and not applied', () => {
    const { founder, do: act, registry } = createWorld()
    act(founder, put('a', '1'), { first: 1 })
    act(founder, put('a', '2'), { first: 5, settled: 4 })
    expect(codeOf(act(founder, put('a', '3'), { first: 1 }))).toBe('STALE')
    expect(codeOf(act(founder, put('a', '3'), { first: 4 }))).toBe('STALE')
    expect(codeOf(act(founder, put('a', '3'), { first: 5, settled: 4 }))).toBe('done')
    expect(registry.view.get('a')?.value).toEqual(bytes('2'))
  })

  it('may come in another order than it was numbered', () => {
    const { founder, do: act } = createWorld()
    expect(codeOf(act(founder, put('a', '2'), { first: 2 }))).toBe('done')
    expect(codeOf(act(founder, put('a', '1'), { first: 1 }))).toBe('done')
  })

  it('is forgotten beyond the window, and then refused', () => {
    const { founder, send, do: act } = createWorld()
    const many = Array.from({ length: 512 }, () => put('a', '1'))
    for (let first = 1; first <= 3 * 512; first += 512) send(founder, many, { first })
    // 1,024 results are remembered: 513 to 1,536.
    expect(codeOf(act(founder, put('a', '2'), { first: 512 }))).toBe('STALE')
    expect(act(founder, put('a', '2'), { first: 513 })).toEqual({
      ok: true,
      value: { revision: 513, createRevision: 1, version: 513 },
    })
  })
})

describe('a setting', () => {
  const nested = (depth: number): Plain => (depth === 0 ? 1 : [nested(depth - 1)])
  it.each<[string, Plain, string]>([
    ['nested as deep as it may be', nested(8), 'done'],
    ['nested deeper', nested(9), 'MALFORMED'],
    ['as large as it may be', 'x'.repeat(4_093), 'done'],
    ['larger', 'x'.repeat(4_094), 'MALFORMED'],
  ])('that is %s', (_, value, outcome) => {
    const { founder, do: act, registry } = createWorld()
    expect(codeOf(act(founder, { kind: 'setting.put', body: { name: 'a', value } }))).toBe(outcome)
    // Whatever passed can be written down and read again.
    registry.restore(registry.snapshot())
    expect(registry.view.setting('a')?.value).toEqual(outcome === 'done' ? value : undefined)
  })
})

describe('an incarnation', () => {
  it('stands beside others of the same key', () => {
    const { founder, do: act } = createWorld()
    expect(codeOf(act(founder, put('a', '1'), { incarnation: 9, first: 1 }))).toBe('done')
    expect(codeOf(act(founder, put('a', '1'), { incarnation: 4, first: 1 }))).toBe('done')
    expect(codeOf(act(founder, put('a', '1'), { incarnation: 9, first: 2 }))).toBe('done')
  })

  it('never returns once it was forgotten, however old its batch is', () => {
    const { founder, do: act, seal, commit, registry } = createWorld()
    const old = seal(founder.key, [put('a', 'old')], { incarnation: 10, first: 1 })
    commit([old])
    for (let incarnation = 11; incarnation <= 18; incarnation++) {
      expect(codeOf(act(founder, put('a', 'new'), { incarnation, first: 1 }))).toBe('done')
    }
    expect(commit([old])).toEqual([[{ ok: false, code: 'STALE', details: { incarnation: 10 } }]])
    expect(codeOf(act(founder, put('a', 'x'), { incarnation: 3, first: 1 }))).toBe('STALE')
    expect(registry.view.get('a')?.value).toEqual(bytes('new'))
  })
})

describe('a batch', () => {
  const world = createWorld()
  const { founder, network } = world
  const whole = { v: 1, incarnation: 1, first: 1, settled: 0, timeMs: START_MS }
  const commands = [['tick', {}]]
  const sealed = (payload: unknown): Uint8Array =>
    sealEnvelope(founder.key, 'command', network.id, encode(payload))

  it.each<[string, Uint8Array, string]>([
    ['no bytes', new Uint8Array(), 'BATCH_INVALID'],
    ['bytes of no envelope', bytes('hello'), 'BATCH_INVALID'],
    ['no batch in it', sealed('hello'), 'BATCH_INVALID'],
    ['a form of later', sealed({ ...whole, v: 2, commands }), 'BATCH_UNKNOWN_VERSION'],
    ['no commands', sealed({ ...whole, commands: [] }), 'BATCH_INVALID'],
    ['a field too many', sealed({ ...whole, commands, extra: 1 }), 'BATCH_INVALID'],
    ['an incarnation of 0', sealed({ ...whole, incarnation: 0, commands }), 'BATCH_INVALID'],
    [
      'results settled that are its own',
      sealed({ ...whole, settled: 1, commands }),
      'BATCH_INVALID',
    ],
    ['a time that is none', sealed({ ...whole, timeMs: -1, commands }), 'BATCH_INVALID'],
    ['a kind that is no text', sealed({ ...whole, commands: [[1, {}]] }), 'BATCH_INVALID'],
    [
      'more commands than it may',
      sealed({ ...whole, commands: Array.from({ length: 513 }, () => ['tick', {}]) }),
      'BATCH_INVALID',
    ],
    [
      'more bytes than it may',
      sealed({ ...whole, pad: new Uint8Array(1_179_648) }),
      'BATCH_TOO_LARGE',
    ],
    [
      'the signature of another document',
      sealEnvelope(founder.key, 'state', network.id, encode({ ...whole, commands })),
      'BATCH_INVALID',
    ],
    [
      'the signature for another network',
      sealEnvelope(
        founder.key,
        'command',
        createWorld({ seed: 2 }).network.id,
        encode({ ...whole, commands }),
      ),
      'BATCH_INVALID',
    ],
  ])('is refused with %s', (_, batch, refusal) => {
    expect(openBatch(network, batch)).toEqual({ code: refusal })
  })

  it('is refused with any byte changed', () => {
    const batch = world.seal(founder.key, [tick])
    for (let at = 0; at < batch.byteLength; at++) {
      const altered = Uint8Array.from(batch)
      altered[at] = (altered[at] ?? 0) ^ 1
      expect(openBatch(network, altered)).toEqual({ code: 'BATCH_INVALID' })
    }
  })

  it('goes on past a command that is malformed or unknown', () => {
    const batch = sealed({
      ...whole,
      commands: [
        ['kv.put', { key: 'a' }],
        ['fly', {}],
        ['tick', 1],
      ],
    })
    expect(world.commit([batch])[0]?.map(codeOf)).toEqual([
      'MALFORMED',
      'UNKNOWN_KIND',
      'MALFORMED',
    ])
  })

  it('is not sealed over its bounds', () => {
    const many = Array.from({ length: 513 }, () => tick)
    expect(() => world.seal(founder.key, many)).toThrow(code('BATCH_TOO_LARGE'))
  })
})

describe('an entry', () => {
  it('carries batches as they were sealed', () => {
    const { founder, seal } = createWorld()
    const batches = [seal(founder.key, [tick]), seal(founder.key, [put('a', '1')])]
    const parsed = parseEntry(encodeEntry(batches)) ?? []
    expect(parsed.map(hex)).toEqual(batches.map(hex))
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['other bytes', bytes('hello')],
    ['a form of later', encode([2, []])],
    ['no bytes for a batch', encode([1, [1]])],
  ])('that is %s is none', (_, payload) => {
    expect(parseEntry(payload)).toBeUndefined()
  })

  it('is applied once and in order, or the process stops', () => {
    const { registry, commit } = createWorld()
    commit([])
    commit([])
    expect(() => registry.apply(2 as LogIndex, [])).toThrow('once and in order')
  })

  it('tells which rows changed, each once', () => {
    const { founder, registry, network, seal } = createWorld()
    const batch = openBatch(network, seal(founder.key, [put('a/1', '1'), put('a/1', '2')]))
    if ('code' in batch) throw new Error(batch.code)
    expect(registry.apply(1 as LogIndex, [batch]).changes).toEqual([
      { table: 'names', key: 'a' },
      { table: 'keys', key: 'a/1' },
    ])
  })
})

describe('releases', () => {
  const shape = z.strictObject({ times: z.int() })
  const wave = kind(2, shape, (_, __, { times }) => done(times))
  const RELEASE_2: Release = { version: 2, kinds: new Map([...RELEASE.kinds, ['wave', wave]]) }
  const asCommand = (body: unknown): Command => ({ kind: 'wave', body }) as unknown as Command

  function mixed() {
    const world = createWorld({ release: { ...RELEASE, version: 1 } })
    const { network, log } = world
    const newer = createRegistry({ network, voters: [], release: RELEASE_2 })
    const follow = (): unknown[] => {
      const outcomes: unknown[] = []
      for (let at = newer.index; at < log.length; at++) {
        const entry = log[at]
        if (entry) outcomes.push(...applyEntry(newer, network, at + 1, entry, RELEASE_2))
      }
      return outcomes
    }
    const nodes = [world.machine(world.founder), world.machine(world.founder)] as const
    world.elect(...nodes)
    return { ...world, newer, follow, nodes }
  }
  const supports = (version: number): Command => ({ kind: 'version.support', body: { version } })
  const activates = (version: number): Command => ({ kind: 'version.activate', body: { version } })

  it('that run mixed refuse alike what is not in force, well-formed or not', () => {
    const { founder, send, newer, follow, registry } = mixed()
    follow()
    const outcomes = send(founder, [asCommand({ times: 3 }), asCommand('x'), put('a', '1')])
    expect(outcomes.map(codeOf)).toEqual(['UNKNOWN_KIND', 'UNKNOWN_KIND', 'done'])
    expect(follow()).toEqual([outcomes])
    expect(newer.hash()).toBe(registry.hash())
  })

  it('put a version in force once every voter knows it, and not before', () => {
    const { nodes, do: act, founder, member } = mixed()
    expect(codeOf(act(founder, activates(2)))).toBe('NOT_SUPPORTED')
    expect(codeOf(act(founder, supports(2)))).toBe('FORBIDDEN')
    expectDone(act(nodes[0], supports(2)))
    expect(codeOf(act(nodes[0], activates(2)))).toBe('NOT_SUPPORTED')
    expect(codeOf(act(member('use'), activates(2)))).toBe('FORBIDDEN')
    expect(codeOf(act(nodes[0], activates(1)))).toBe('CONFLICT')
  })

  it('that are too old stop instead of guessing; newer ones go on', () => {
    const { nodes, do: act, follow, newer, registry, founder, seal, log, network } = mixed()
    expectDone(act(nodes[0], supports(2)))
    expectDone(act(nodes[1], supports(2)))
    expect(() => act(nodes[1], activates(2))).toThrow(code('UPGRADE_REQUIRED'))
    expect(() => registry.snapshot()).toThrow(code('UPGRADE_REQUIRED'))
    expect(() => act(founder, put('a', '1'))).toThrow(code('UPGRADE_REQUIRED'))
    log.pop()
    follow()
    expect(newer.view.version).toBe(2)
    const entry = { batches: [seal(founder.key, [asCommand({ times: 3 }), asCommand('x')])] }
    const [outcomes] = applyEntry(newer, network, newer.index + 1, entry, RELEASE_2)
    expect(outcomes).toEqual([
      { ok: true, value: 3 },
      { ok: false, code: 'MALFORMED' },
    ])
    const older = createRegistry({ network, voters: [], release: { ...RELEASE, version: 1 } })
    expect(() => older.restore(newer.snapshot())).toThrow(code('UPGRADE_REQUIRED'))
  })
})

describe('a new era', () => {
  const hashOf = (first: string): string => first.padEnd(64, '0')
  function overruled(first: string) {
    const world = createWorld()
    const { founder, do: act, registry } = world
    const { node: voter } = world.machine(founder)
    expectDone(act(founder, put('a/x', '1')))
    const { revision } = registry.view
    world.log.push({ batches: [] })
    registry.beginEra((registry.index + 1) as LogIndex, { voter, hash: hashOf(first) })
    registry.restore(registry.snapshot())
    return { ...world, before: revision }
  }

  it('gives no revision again that the era before may have given, nor a lock’s token', () => {
    const { founder, do: act, registry, before } = overruled('ff')
    expect(registry.view.get('a/x')?.modRevision).toBe(before)
    const late = before + 1_000_000_000
    const oldest = registry.view.revision + 1
    expect(registry.view.watch('a/', late, 9)).toEqual({ code: 'COMPACTED', oldest })
    expect(registry.view.watch('a/', oldest, 9)).toEqual({ events: [], next: oldest })
    expectDone(act(founder, { kind: 'lease.grant', body: { lease: 'a/l', ttlMs: 5_000 } }))
    const body = { lock: 'a/lock', lease: 'a/l' }
    const taken = act(founder, { kind: 'lock.acquire', body })
    expect(taken).toMatchObject({ ok: true, value: { held: true, token: oldest } })
    expect(oldest).toBeGreaterThan(late)
  })

  it('counts, of two mandates, higher under the one that stands, and lower than the next era', () => {
    const [low, high] = ['00', 'ff'].map((first) => overruled(first).registry.view.revision)
    expect(low! - high!).toBe(255 * MANDATE_REVISIONS)
    expect(revisionAfter(revisionAfter(0, hashOf('ff')), hashOf('ff'))).toBeGreaterThan(
      revisionAfter(0, hashOf('00')),
    )
  })

  it('leaves room for the next, however many there were', () => {
    let revision = 0
    for (let era = 0; era < 10_000; era++) {
      revision = revisionAfter(revision, hashOf('00'))
    }
    expect(revision).toBeLessThan(SEQUENCE_MAX)
  })
})
