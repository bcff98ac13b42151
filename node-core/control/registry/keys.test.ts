import { describe, expect, it } from 'vitest'
import type { Command } from './index.ts'
import { HISTORY_EVENTS_MAX } from './limits.ts'
import { bytes, codeOf, createWorld, expectDone, type World } from './registry.fixture.ts'

const put = (
  key: string,
  text: string,
  more: { expect?: number; lease?: string } = {},
): Command => ({
  kind: 'kv.put',
  body: { key, value: bytes(text), ...more },
})
const del = (key: string, more: { expect?: number } = {}): Command => ({
  kind: 'kv.delete',
  body: { key, ...more },
})
type Transaction = Extract<Command, { kind: 'kv.transact' }>['body']
const transact = (body: Partial<Transaction>): Command => ({
  kind: 'kv.transact',
  body: { compare: [], success: [], failure: [], ...body },
})

function stored(...commands: Command[]): World {
  const world = createWorld()
  for (const command of commands) expectDone(world.do(world.founder, command))
  return world
}

describe('a key', () => {
  it('tells when it was made, when it was last put, and how often', () => {
    const { registry, founder, do: act } = stored(put('a', '1'), put('b', '1'))
    expect(act(founder, put('a', '2'))).toEqual({
      ok: true,
      value: { revision: 3, createRevision: 1, version: 2 },
    })
    expect(registry.view.get('a')).toEqual({
      ...{
        key: 'a',
        value: bytes('2'),
        createRevision: 1,
        modRevision: 3,
        version: 2,
        lease: null,
      },
    })
  })

  it('begins anew after it was deleted', () => {
    const { founder, do: act, registry } = stored(put('a', '1'))
    expect(act(founder, del('a'))).toEqual({ ok: true, value: { revision: 2, deleted: true } })
    expect(registry.view.get('a')).toBeUndefined()
    expect(act(founder, del('a'))).toEqual({ ok: true, value: { revision: 2, deleted: false } })
    expect(act(founder, put('a', '2'))).toEqual({
      ok: true,
      value: { revision: 3, createRevision: 3, version: 1 },
    })
  })

  it.each<[string, Command, string]>([
    ['put at the revision expected', put('a', 'x', { expect: 1 }), 'done'],
    ['put at another', put('a', 'x', { expect: 2 }), 'REVISION_MISMATCH'],
    ['put though it must not exist', put('a', 'x', { expect: 0 }), 'REVISION_MISMATCH'],
    ['made though it must exist', put('b', 'x', { expect: 1 }), 'REVISION_MISMATCH'],
    ['made as it must not exist', put('b', 'x', { expect: 0 }), 'done'],
    ['deleted at the revision expected', del('a', { expect: 1 }), 'done'],
    ['deleted at another', del('a', { expect: 7 }), 'REVISION_MISMATCH'],
    ['put under no lease', put('a', 'x', { lease: 'a/none' }), 'NO_LEASE'],
    ['put under another namespace’s lease', put('a', 'x', { lease: 'b/l' }), 'MALFORMED'],
    ['named with nothing', put('', 'x'), 'MALFORMED'],
    ['named with a slash first', put('/a', 'x'), 'MALFORMED'],
    ['named with a blank', put('a/b c', 'x'), 'MALFORMED'],
    ['named with a letter that is not ASCII', put('a/ü', 'x'), 'MALFORMED'],
    ['of too long a namespace', put('a'.repeat(64), 'x'), 'MALFORMED'],
    ['of the longest name', put(`a/${'x'.repeat(510)}`, 'x'), 'done'],
    ['of too long a name', put(`a/${'x'.repeat(511)}`, 'x'), 'MALFORMED'],
    ['of the largest value', put('a', 'x'.repeat(1_048_576)), 'done'],
    ['of too large a value', put('a', 'x'.repeat(1_048_577)), 'MALFORMED'],
  ])('is %s', (_, command, outcome) => {
    const { founder, do: act } = stored(put('a', '1'))
    expect(codeOf(act(founder, command))).toBe(outcome)
  })

  it('tells the revision it is at to whoever expected another', () => {
    const { founder, do: act } = stored(put('a', '1'), put('a', '2'))
    expect(act(founder, put('a', 'x', { expect: 1 }))).toEqual({
      ...{ ok: false, code: 'REVISION_MISMATCH', details: { modRevision: 2 } },
    })
  })

  it('has no room once its owner has filled its share, until something goes', () => {
    const { founder, member, send, do: act } = createWorld()
    const ann = member('deploy')
    const large = 'x'.repeat(1_000_000)
    for (let at = 0; at < 67; at++) expectDone(send(ann, [put(`a/${at}`, large)])[0])
    expect(codeOf(act(ann, put('a/67', large)))).toBe('LIMIT_REACHED')
    expect(codeOf(act(ann, put('other/67', large)))).toBe('LIMIT_REACHED')
    expect(codeOf(act(ann, put('a/1', large)))).toBe('done')
    expect(codeOf(act(founder, put('b/1', large)))).toBe('done')
    expectDone(act(ann, del('a/3')))
    expect(codeOf(act(ann, put('a/67', large)))).toBe('done')
  })
})

describe('a list', () => {
  it('is in order, from where it was left', () => {
    const { registry } = stored(...['a/2', 'a/10', 'b', 'a/1', 'a'].map((key) => put(key, key)))
    const keys = (prefix: string, page: { after?: string; limit: number }): string[] =>
      registry.view.list(prefix, page).map(({ key }) => key)
    expect(keys('', { limit: 9 })).toEqual(['a', 'a/1', 'a/10', 'a/2', 'b'])
    expect(keys('a/', { limit: 2 })).toEqual(['a/1', 'a/10'])
    expect(keys('a/', { after: 'a/10', limit: 2 })).toEqual(['a/2'])
  })
})

describe('a watch', () => {
  it('gives every change under a prefix, once and in order, from a revision on', () => {
    const { registry } = stored(put('a/1', '1'), put('b', '1'), put('a/1', '2'), del('a/1'))
    const first = registry.view.watch('a/', 1, 1)
    expect(first).toMatchObject({ events: [{ revision: 1, key: 'a/1' }], next: 2 })
    const rest = registry.view.watch('a/', 2, 9)
    expect(rest).toMatchObject({
      events: [
        { revision: 3, key: 'a/1', item: { value: bytes('2') } },
        { revision: 4, key: 'a/1', item: undefined },
      ],
      next: 5,
    })
    expect(registry.view.watch('a/', 5, 9)).toEqual({ events: [], next: 5 })
    expect(registry.view.watch('a/', 9, 9)).toEqual({ events: [], next: 9 })
  })

  it('does not cut a revision in two', () => {
    const { founder, do: act, registry } = createWorld()
    const success = ['a/1', 'a/2', 'a/3'].map((key) => ({
      op: 'put' as const,
      key,
      value: bytes('1'),
    }))
    expectDone(act(founder, transact({ success })))
    expectDone(act(founder, put('a/4', '1')))
    const watched = registry.view.watch('a/', 1, 2)
    expect(watched).toMatchObject({ next: 2 })
    expect('events' in watched && watched.events.map(({ key }) => key)).toEqual([
      'a/1',
      'a/2',
      'a/3',
    ])
  })

  it('is told from where it can go on when what it wants is gone', () => {
    const { founder, send, registry } = createWorld()
    const many = Array.from({ length: 500 }, () => put('a', '1'))
    for (let sent = 0; sent <= HISTORY_EVENTS_MAX; sent += many.length) send(founder, many)
    const oldest = registry.view.revision - HISTORY_EVENTS_MAX + 1
    expect(registry.view.watch('', oldest - 1, 1)).toEqual({ code: 'COMPACTED', oldest })
    expect(registry.view.watch('', oldest, 1)).toMatchObject({ next: oldest + 1 })
  })

  it('goes on without a gap on a replica that took a snapshot, or is told', () => {
    const { registry, founder, do: act } = stored(put('a', '1'), put('a', '2'))
    registry.restore(registry.snapshot())
    expect(registry.view.watch('', 2, 9)).toEqual({ code: 'COMPACTED', oldest: 3 })
    expectDone(act(founder, put('a', '3')))
    expect(registry.view.watch('', 3, 9)).toMatchObject({ events: [{ revision: 3 }], next: 4 })
  })
})

describe('a transaction', () => {
  const lease: Command = { kind: 'lease.grant', body: { lease: 'a/l', ttlMs: 5_000 } }
  const locked: Command = { kind: 'lock.acquire', body: { lock: 'a/k', lease: 'a/l' } }
  type Compare = Transaction['compare'][number]
  // 'a/1' is put at revisions 1 and 2, the lock is taken at 3, and 'a/none' is not there.
  const COMPARES: [Compare, boolean][] = [
    [{ target: 'modRevision', key: 'a/1', is: '=', than: 2 }, true],
    [{ target: 'modRevision', key: 'a/1', is: '!=', than: 2 }, false],
    [{ target: 'modRevision', key: 'a/1', is: '<', than: 3 }, true],
    [{ target: 'modRevision', key: 'a/1', is: '<', than: 2 }, false],
    [{ target: 'createRevision', key: 'a/1', is: '=', than: 1 }, true],
    [{ target: 'version', key: 'a/1', is: '>', than: 1 }, true],
    [{ target: 'version', key: 'a/1', is: '>', than: 2 }, false],
    [{ target: 'createRevision', key: 'a/none', is: '=', than: 0 }, true],
    [{ target: 'version', key: 'a/none', is: '>', than: 0 }, false],
    [{ target: 'value', key: 'a/1', is: '=', than: bytes('m') }, true],
    [{ target: 'value', key: 'a/1', is: '!=', than: bytes('m') }, false],
    [{ target: 'value', key: 'a/1', is: '<', than: bytes('n') }, true],
    [{ target: 'value', key: 'a/1', is: '>', than: bytes('l') }, true],
    [{ target: 'value', key: 'a/none', is: '!=', than: bytes('m') }, false],
    [{ target: 'lock', key: 'a/k', lease: 'a/l' }, true],
    [{ target: 'lock', key: 'a/k', lease: 'a/m' }, false],
    [{ target: 'lock', key: 'a/none', lease: 'a/l' }, false],
  ]
  it.each(COMPARES)('holds %o: %s', (compare, holds) => {
    const { founder, do: act } = stored(put('a/1', 'k'), put('a/1', 'm'), lease, locked)
    expect(expectDone(act(founder, transact({ compare: [compare] })))).toMatchObject({
      succeeded: holds,
    })
  })

  it('does all of one branch in one revision, and answers each operation', () => {
    const { founder, do: act, registry } = stored(put('a/1', '1'), put('a/2', '1'))
    const compare: Compare[] = [{ target: 'version', key: 'a/1', is: '=', than: 1 }]
    const success: Transaction['success'] = [
      { op: 'get', key: 'a/1' },
      { op: 'put', key: 'a/1', value: bytes('2') },
      { op: 'get', key: 'a/1' },
      { op: 'delete', key: 'a/2' },
      { op: 'delete', key: 'a/3' },
      { op: 'get', key: 'a/2' },
    ]
    const failure: Transaction['failure'] = [{ op: 'get', key: 'a/1' }]
    const item = { key: 'a/1', createRevision: 1, lease: null }
    expect(expectDone(act(founder, transact({ compare, success, failure })))).toEqual({
      succeeded: true,
      revision: 3,
      answers: [
        { ...item, value: bytes('1'), modRevision: 1, version: 1 },
        null,
        { ...item, value: bytes('2'), modRevision: 3, version: 2 },
        ...[true, false, null],
      ],
    })
    expect(expectDone(act(founder, transact({ compare, success, failure })))).toEqual({
      succeeded: false,
      revision: 3,
      answers: [{ ...item, value: bytes('2'), modRevision: 3, version: 2 }],
    })
    expect(registry.view.revision).toBe(3)
  })

  const ops = (...success: Transaction['success']) => transact({ success })
  const value = bytes('1')
  it.each<[string, Command, string]>([
    ['over two namespaces', ops({ op: 'get', key: 'a' }, { op: 'get', key: 'b' }), 'MALFORMED'],
    ['about nothing', transact({}), 'MALFORMED'],
    [
      'that changes a key twice',
      ops({ op: 'put', key: 'a', value }, { op: 'delete', key: 'a' }),
      'MALFORMED',
    ],
    ['under no lease', ops({ op: 'put', key: 'a', value, lease: 'a/none' }), 'NO_LEASE'],
    [
      'of more than it may do',
      ops(...Array.from({ length: 129 }, (_, at) => ({ op: 'get' as const, key: `a/${at}` }))),
      'MALFORMED',
    ],
    [
      'that would read too much',
      ops(
        { op: 'put', key: 'a/1', value: bytes('x'.repeat(40_000)) },
        ...[1, 2].map(() => ({ op: 'get' as const, key: 'a/1' })),
      ),
      'TOO_LARGE',
    ],
  ])('%s is refused and changes nothing', (_, command, outcome) => {
    const { founder, do: act, registry } = createWorld()
    expect(codeOf(act(founder, command))).toBe(outcome)
    expect(registry.view.revision).toBe(0)
    expect(registry.view.ownerOf('a')).toBeUndefined()
  })
})
