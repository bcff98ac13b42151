import { describe, expect, it } from 'vitest'
import { checkWatched, type WatchedChange, type Written } from './index.ts'

const change = (revision: number, value: string): WatchedChange => ({ revision, key: 'x', value })
const acknowledged = (revision: number, value: string): Written => {
  return { key: 'x', value, outcome: 'acknowledged', revision }
}
const without = (value: string, outcome: 'refused' | 'unknown'): Written => {
  return { key: 'x', value, outcome }
}
const seenBy = (...watchers: WatchedChange[][]) =>
  new Map(watchers.map((changes, n) => [`w${n}`, changes]))

describe('what watchers were told', () => {
  const whole = [change(1, 'a'), change(2, 'b')]

  it('is whole when each acknowledged write stands once, and an unknown one once or never', () => {
    const writes = [
      ...[acknowledged(1, 'a'), without('b', 'unknown')],
      ...[without('c', 'unknown'), without('d', 'refused')],
    ]
    expect(checkWatched(writes, seenBy(whole, whole))).toEqual([])
  })

  it.each<[string, Written[], WatchedChange[][]]>([
    ['lost', [acknowledged(1, 'a'), acknowledged(2, 'b'), acknowledged(3, 'c')], [whole]],
    ['doubled', [acknowledged(1, 'a')], [[change(1, 'a'), change(2, 'a')]]],
    ['doubled', [without('a', 'unknown')], [[change(1, 'a'), change(2, 'a')]]],
    ['moved', [acknowledged(1, 'a'), acknowledged(3, 'b')], [whole]],
    ['refused, and done', [acknowledged(1, 'a'), without('b', 'refused')], [whole]],
    ['nobody wrote', [acknowledged(1, 'a')], [whole]],
    ['after', [acknowledged(1, 'a'), acknowledged(2, 'b')], [whole.toReversed()]],
    ['is x = b at 2 for w0 and nothing', writesOf(whole), [whole, whole.slice(0, 1)]],
    ['is nothing for w0 and x = b', writesOf(whole).slice(0, 1), [whole.slice(0, 1), whole]],
    [
      'is x = b at 2 for w0 and x = b at 3',
      writesOf(whole),
      [whole, [change(1, 'a'), change(3, 'b')]],
    ],
  ])('is not whole: %s', (says, writes, watched) => {
    const failures = checkWatched(writes, seenBy(...watched))
    expect(failures).toEqual([expect.stringContaining(says)])
  })

  it('is whole around a hole that its watcher was told of, and not around another', () => {
    const third = change(3, 'c')
    const watched = seenBy([change(1, 'a'), third], [...whole, third])
    const writes = writesOf([...whole, third])
    const holeAt = (from: number, to: number) => new Map([['w0', [{ from, to }]]])
    expect(checkWatched(writes, watched, holeAt(2, 2))).toEqual([])
    expect(checkWatched(writes, watched, holeAt(4, 5))).toEqual([
      expect.stringContaining('change 1'),
      expect.stringContaining('lost: x = b'),
    ])
    // What nobody could be told of is for the histories of keys to judge.
    const everybody = new Map(['w0', 'w1'].map((name) => [name, [{ from: 2, to: 2 }]]))
    const both = seenBy([change(1, 'a'), third], [change(1, 'a'), third])
    expect(checkWatched(writes, both, everybody)).toEqual([])
  })
})

function writesOf(changes: readonly WatchedChange[]): Written[] {
  return changes.map(({ revision, value }) => acknowledged(revision, value))
}
