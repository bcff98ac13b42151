import { describe, expect, it } from 'vitest'
import { along, bend, chanceOf, ease } from './thread.ts'

describe('threads', () => {
  it('give every name a chance of its own, also where only the last letter differs', () => {
    const chances = Array.from({ length: 100 }, (_, index) => chanceOf(`node${index}`))
    const mean = chances.reduce((sum, chance) => sum + chance, 0) / chances.length
    expect(mean).toBeGreaterThan(0.4)
    expect(mean).toBeLessThan(0.6)
    expect(Math.max(...chances) - Math.min(...chances)).toBeGreaterThan(0.9)
    expect(chanceOf('node7')).toBe(chances[7])
  })

  it('begin and end at their nodes, and sag by at most a sixth of their length', () => {
    const [from, to] = [
      { x: 0, y: 0 },
      { x: 60, y: 0 },
    ]
    for (const chance of [0, 0.3, 1]) {
      const control = bend(from, to, chance)
      expect(along(from, control, to, 0)).toEqual(from)
      expect(along(from, control, to, 1)).toEqual(to)
      expect(Math.abs(along(from, control, to, 0.5).y)).toBeLessThanOrEqual(10.2)
    }
  })

  it('ease from nothing to all', () => {
    expect([ease(-1), ease(0), ease(1), ease(2)]).toEqual([0, 0, 1, 1])
  })
})
