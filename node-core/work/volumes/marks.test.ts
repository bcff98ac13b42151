import { describe, expect, test } from 'vitest'
import type { OwnerId } from '../../identity/index.ts'
import { parseWorkload, pausedFrom, volumeIdOf } from '../spec/index.ts'
import { KEPT_AFTER_DELETE_MS, SEEN_AFTER_DELETE_MS } from './limits.ts'
import {
  deletedAt,
  expired,
  isUnwanted,
  type Marks,
  nextMarks,
  parseMarks,
  storedMarks,
  type Wants,
} from './marks.ts'
import { seenFor } from './seen-time.ts'

const OWNER = 'a'.repeat(64) as OwnerId
const OTHER = 'b'.repeat(64) as OwnerId
const NOW = 1_000_000

const stored = (index = 0) => {
  const name = { owner: OWNER, workload: 'db', index, volume: 'data' }
  return { ...name, id: volumeIdOf(name), sizeBytes: 1, createdAtMs: 0 }
}
const HELD = stored()
const DELETED: Marks = new Map([[HELD.id, deletedAt(NOW - 1)]])

function wanting(change: { owner?: OwnerId; volume?: string; replicas?: number } = {}): Wants {
  const { owner = OWNER, volume = 'data', replicas = 1 } = change
  const containers = [{ image: 'db', mounts: [{ volume, path: '/x' }] }]
  const body = { name: 'db', containers, replicas, volumes: [{ name: volume }] }
  const desired = { workload: parseWorkload(body), owner, generation: 1 }
  return { desired: () => desired, recordOf: () => 'none' }
}
const without = (record: ReturnType<Wants['recordOf']>): Wants => {
  return { desired: () => undefined, recordOf: () => record }
}
const judged = (marks: Marks, wants: Wants, held = [HELD]) => nextMarks(held, marks, wants, NOW)

describe('what becomes of a volume', () => {
  test('it is deleted once its workload has ended', () => {
    expect(judged(new Map(), without('ended')).get(HELD.id)).toEqual(deletedAt(NOW))
  })
  test.each(['none', 'unknown', 'unreadable'] as const)(
    'nothing, when its workload is %s',
    (of) => {
      expect(judged(new Map(), without(of)).size).toBe(0)
      expect(judged(DELETED, without(of))).toEqual(DELETED)
    },
  )
  test('nothing, when its workload is changed or smaller for a while', () => {
    expect(judged(new Map(), wanting({ volume: 'more' })).size).toBe(0)
    expect(judged(new Map(), wanting(), [stored(3)]).size).toBe(0)
  })
  test('nothing, while its workload is paused: its slots are in use', () => {
    const { workload, ...desired } = wanting({ replicas: 2 }).desired('db')!
    const said = { at: '2026-11-28T15:00:00.000Z', by: OWNER }
    const paused = { ...desired, workload: pausedFrom(workload, said) }
    const wants: Wants = { desired: () => paused, recordOf: () => 'none' }
    expect([stored(1), stored(2)].map((one) => isUnwanted(one, wants))).toEqual([false, true])
  })
  test('it is deleted when its name has become another owner’s', () => {
    expect(judged(new Map(), wanting({ owner: OTHER })).get(HELD.id)?.kind).toBe('deleted')
  })
  test.each([
    ['ended', without('ended'), true],
    ['none of the registry’s', without('none'), true],
    ['wanted without it', wanting({ volume: 'more' }), true],
    ['another owner’s', wanting({ owner: OTHER }), true],
    ['wanted', wanting(), false],
    ['not heard of yet', without('unknown'), false],
    ['for a newer release to read', without('unreadable'), false],
  ] as const)('who wants it is known, when its workload is %s', (_, wants, is) => {
    expect(isUnwanted(HELD, wants)).toBe(is)
  })
  test('it is had back by being wanted again', () => {
    expect(judged(DELETED, wanting()).size).toBe(0)
  })
  test('it stays deleted since then, and not from anew', () => {
    expect(judged(DELETED, without('ended'))).toEqual(DELETED)
  })
  test('it is kept where somebody said so, though its workload has ended', () => {
    const kept: Marks = new Map([[HELD.id, { kind: 'kept' }]])
    expect(judged(kept, without('ended'))).toEqual(kept)
    expect(expired(kept, NOW + 2 * KEPT_AFTER_DELETE_MS)).toEqual([])
  })
  test('it goes for good thirty days after, and no sooner', () => {
    const seen = seenFor(DELETED, KEPT_AFTER_DELETE_MS)
    expect(expired(seen, NOW - 2 + KEPT_AFTER_DELETE_MS)).toEqual([])
    expect(expired(seen, NOW - 1 + KEPT_AFTER_DELETE_MS)).toEqual([HELD.id])
    expect(KEPT_AFTER_DELETE_MS).toBe(30 * 86_400_000)
  })
  test('it does not go by a clock that leapt, before this computer was on for three days', () => {
    const years = NOW + 56 * 365 * 86_400_000
    expect(expired(DELETED, years)).toEqual([])
    const almost = seenFor(seenFor(DELETED, 1), SEEN_AFTER_DELETE_MS - 2)
    expect(expired(almost, years)).toEqual([])
    expect(expired(seenFor(almost, 1), years)).toEqual([HELD.id])
    const kept: Marks = new Map([[HELD.id, { kind: 'kept' }]])
    expect(seenFor(kept, 1)).toEqual(kept)
    // Those of a release that did not count are counted from now on.
    const old = { version: 1, marks: { [HELD.id]: { kind: 'deleted', atMs: NOW } } }
    expect(parseMarks(old)).toEqual(new Map([[HELD.id, deletedAt(NOW)]]))
  })
  test('marks of what is gone are forgotten, and marks are read back', () => {
    expect(judged(DELETED, without('ended'), []).size).toBe(0)
    expect(parseMarks(storedMarks(DELETED))).toEqual(DELETED)
    expect(parseMarks({ version: 1, marks: { x: { kind: 'gone' } } }).size).toBe(0)
  })
})
