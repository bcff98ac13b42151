import { describe, expect, it } from 'vitest'
import { createWorld, expectDone } from '../registry/registry.fixture.ts'
import { ANSWER_BYTES_MAX } from './limits.ts'
import { encodeAnswer } from './messages.ts'
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

  it('calls forgotten what no answer holds, once what came before it is told', () => {
    const gone = (revision: number, key: string) => ({ revision, key, item: undefined })
    const keys = Array.from({ length: 20_000 }, (_, at) => `a/${'x'.repeat(300)}${at}`)
    const events = [gone(4, 'a/first'), ...keys.map((key) => gone(5, key)), gone(6, 'a/last')]
    const view = {
      watch(_: string, from: number, limit: number) {
        const open = events.filter(({ revision }) => revision >= from)
        const last = open[Math.min(limit, open.length) - 1]?.revision ?? from - 1
        return { events: open.filter(({ revision }) => revision <= last), next: last + 1 }
      },
    }
    expect(changesSince(view, 'a/', 4)).toMatchObject({ events: [{ key: 'a/first' }], next: 5 })
    expect(changesSince(view, 'a/', 5)).toEqual({ compacted: 6 })
    expect(changesSince(view, 'a/', 6)).toMatchObject({ events: [{ key: 'a/last' }], next: 7 })
  })

  it('answers with no more keys than a message holds, long names and leases counted', () => {
    const name = 'x'.repeat(500)
    const row = { value: new Uint8Array(), createRevision: 1, modRevision: 1, version: 1 }
    const all = Array.from({ length: 10_000 }, (_, at) => {
      return { ...row, key: `a/${String(at).padStart(5, '0')}${name}`, lease: `a/${name}` }
    })
    const view = {
      ...setUp(0, 0).view,
      list: (_: string, { after = '', limit }: { after?: string; limit: number }) =>
        all.filter(({ key }) => key > after).slice(0, limit),
    }
    const answer = answerQuery(view, { what: 'keys', prefix: 'a/', limit: 10_000 })
    expect(encodeAnswer({ ok: true, value: answer }).byteLength).toBeLessThan(ANSWER_BYTES_MAX)
    expect(KEYS_ANSWER.parse(answer)).toMatchObject({ more: true })
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
