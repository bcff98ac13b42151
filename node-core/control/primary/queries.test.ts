import { describe, expect, it } from 'vitest'
import { createWorld, expectDone } from '../registry/registry.fixture.ts'
import {
  answerQuery,
  CHANGES_ANSWER,
  changesSince,
  KEY_ANSWER,
  KEYS_ANSWER,
  LEASE_ANSWER,
} from './queries.ts'

function setUp(keys: number, bytes: number) {
  const world = createWorld()
  for (let at = 0; at < keys; at++) {
    const key = `a/${String(at).padStart(4, '0')}`
    const body = { key, value: new Uint8Array(bytes) }
    expectDone(world.do(world.founder, { kind: 'kv.put', body }))
  }
  return { world, view: world.registry.view }
}

describe('answers about keys', () => {
  it('shows a key, or that there is none, with the revision it holds for', () => {
    const { view } = setUp(2, 1)
    const found = KEY_ANSWER.parse(answerQuery(view, { what: 'key', key: 'a/0001' }))
    expect(found).toMatchObject({ revision: 2, row: { key: 'a/0001', modRevision: 2 } })
    expect(answerQuery(view, { what: 'key', key: 'a/9' })).toEqual({ revision: 2, row: null })
  })

  it('pages by number and by bytes, and misses none', () => {
    const { view } = setUp(9, 500_000)
    const seen: string[] = []
    const pages: number[] = []
    for (let after = '', more = true; more; after = seen.at(-1) ?? '') {
      const query = { what: 'keys', prefix: 'a/', limit: 100, ...(after && { after }) } as const
      const answer = KEYS_ANSWER.parse(answerQuery(view, query))
      pages.push(answer.rows.length)
      seen.push(...answer.rows.map(({ key }) => key))
      more = answer.more
    }
    expect(pages).toEqual([6, 3])
    expect(new Set(seen).size).toBe(9)
    const few = answerQuery(view, { what: 'keys', prefix: 'a/', limit: 2 })
    expect(KEYS_ANSWER.parse(few)).toMatchObject({ more: true, rows: [{}, {}] })
    const none = answerQuery(view, { what: 'keys', prefix: '', limit: 0 })
    expect(none).toEqual({ revision: 9, rows: [], more: false })
  })

  it('tells of changes in whole revisions, bounded in bytes, without gaps', () => {
    const { view } = setUp(20, 500_000)
    const seen: number[] = []
    for (let from = 1; from <= 20; ) {
      const found = CHANGES_ANSWER.parse(changesSince(view, 'a/', from))
      if ('compacted' in found) throw new Error('compacted')
      expect(found.events.length).toBeGreaterThan(0)
      expect(found.events.length).toBeLessThanOrEqual(8)
      seen.push(...found.events.map(({ revision }) => revision))
      from = found.next
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
    expect(changesSince(view, 'a/', 30)).toEqual({ events: [], next: 30 })
  })

  it('says from where it knows, when asked for what is forgotten', () => {
    const { world, view } = setUp(3, 1)
    world.registry.restore(world.registry.snapshot())
    expect(changesSince(view, '', 2)).toEqual({ compacted: 4 })
  })

  it('shows what is left of a lease', () => {
    const { world, view } = setUp(0, 0)
    const body = { lease: 'a/worker', ttlMs: 10_000 }
    expectDone(world.do(world.founder, { kind: 'lease.grant', body }))
    const found = LEASE_ANSWER.parse(answerQuery(view, { what: 'lease', lease: 'a/worker' }))
    expect(found.lease).toEqual({ ttlMs: 10_000, leftMs: 13_000 })
    expect(answerQuery(view, { what: 'lease', lease: 'a/none' })).toEqual({ lease: null })
  })
})
