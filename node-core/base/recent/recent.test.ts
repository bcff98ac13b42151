import { describe, expect, it } from 'vitest'
import { createRecent } from './index.ts'

const names = ['a', 'b', 'c', 'd']

describe('what was met lately', () => {
  it('is no more than so many', () => {
    const recent = createRecent<string, number>({ countMax: 3, bytesMax: 100 })
    for (const [at, name] of names.entries()) recent.remember(name, at, 1)
    expect(names.map(recent.get)).toEqual([undefined, 1, 2, 3])
  })

  it('weighs no more than so much, its newest aside', () => {
    const recent = createRecent<string, number>({ countMax: 9, bytesMax: 10 })
    for (const [at, name] of names.entries()) recent.remember(name, at, 4)
    expect(names.map(recent.get)).toEqual([undefined, undefined, 2, 3])
    recent.remember('e', 4, 11)
    expect([...names, 'e'].map(recent.get)).toEqual([...names.map(() => undefined), 4])
  })

  it('counts what has the name of another once, and nothing that was forgotten', () => {
    const recent = createRecent<string, number>({ countMax: 9, bytesMax: 10 })
    recent.remember('a', 0, 8)
    recent.remember('a', 1, 8)
    expect(recent.forget('a')).toBe(1)
    recent.remember('b', 2, 5)
    recent.remember('c', 3, 5)
    expect(names.map(recent.get)).toEqual([undefined, 2, 3, undefined])
  })
})
