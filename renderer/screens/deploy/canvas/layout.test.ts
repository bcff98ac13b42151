import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Arrangement,
  arrange,
  boxesOf,
  createStanding,
  graphOf,
  moveBy,
  moveTo,
  UNARRANGED,
} from './arrangement.ts'
import { buildGraph, type Placed } from './graph.ts'
import { layOut, SIZES } from './layout.ts'
import { anyBodies, WORDPRESS } from './testing/bodies.ts'

const drawn = (bodies: Parameters<typeof buildGraph>[0]) =>
  buildGraph(
    bodies,
    bodies.map((_, at) => `s${at}`),
  )

describe('the layout', () => {
  it('has a place for everything, never two in one, and always the same', () => {
    fc.assert(
      fc.property(anyBodies, (bodies) => {
        const graph = drawn(bodies)
        const places = layOut(graph)
        const things: Placed[] = [
          ...graph.services,
          ...graph.volumes,
          ...graph.routes,
          ...graph.elsewhere,
        ]
        expect([...places.keys()].sort()).toEqual(things.map(({ key }) => key).sort())
        for (const [at, one] of things.entries()) {
          for (const other of things.slice(at + 1)) expect(overlap(one, other)).toBe(false)
        }
        expect(layOut(graph)).toEqual(places)

        function overlap(one: Placed, other: Placed): boolean {
          const [a, b] = [places.get(one.key)!, places.get(other.key)!]
          const [of, by] = [SIZES[one.kind], SIZES[other.kind]]
          return (
            Math.abs(a.x - b.x) < (of.width + by.width) / 2 - 0.01 &&
            Math.abs(a.y - b.y) < (of.height + by.height) / 2 - 0.01
          )
        }
      }),
      { seed: 7, numRuns: 200 },
    )
  })

  it('puts who uses left of what it uses, routes above and volumes below', () => {
    const graph = drawn(WORDPRESS)
    const places = layOut(graph)
    const at = (key: string) => [...places].find(([one]) => one === key)![1]
    expect(at('s0').x).toBeLessThan(at('s1').x)
    expect(at('s0/route/web').y).toBeLessThan(at('s0').y)
    expect(at('s0/volume/0').y).toBeGreaterThan(at('s0').y)
  })

  it('comes to an end where services use one another in a circle', () => {
    const circle = ['a', 'b', 'c'].map((name, at) => ({ name, uses: [['b', 'c', 'a'][at]!] }))
    const places = layOut(drawn(circle))
    expect(new Set([...places.values()].map(({ x }) => x)).size).toBe(3)
  })
})

describe('what somebody put somewhere', () => {
  const arranged = arrange(UNARRANGED, WORDPRESS)
  const placeIn = (arrangement: Arrangement, name: string) => {
    const boxes = boxesOf(graphOf(arrangement), arrangement.moved)
    const { x = 0, y = 0 } = [...boxes].find(([key]) => key === name)?.[1] ?? {}
    return { x, y }
  }
  const keyOf = (name: string) => [...graphOf(arranged).byKey.keys()].find((key) => key === name)!
  const [db, data] = [keyOf('s2'), keyOf('s2/volume/0')]
  const was = (name: string) => placeIn(arranged, name)

  it('stays there whatever comes and goes, and has with it what belongs to it', () => {
    const moved = moveTo(arranged, db, { x: -300, y: 80 })
    const away = { x: was('s2/volume/0').x - was('s2').x, y: was('s2/volume/0').y - was('s2').y }
    expect(placeIn(moved, 's2')).toEqual({ x: -300, y: 80 })
    expect(placeIn(moved, 's2/volume/0')).toEqual({ x: -300 + away.x, y: 80 + away.y })
    expect(placeIn(moved, 's1')).toEqual(was('s1'))
    const more = arrange(moved, [{ name: 'cache' }, ...WORDPRESS, { name: 'mail', uses: ['db'] }])
    expect(placeIn(more, 's2')).toEqual({ x: -300, y: 80 })
  })

  it('is there again when a step is taken back, and is not where something else comes', () => {
    const standing = createStanding()
    const moved = moveTo(arranged, db, { x: -300, y: 80 })
    standing.keep(moved)
    const without = WORDPRESS.slice(0, 1)
    standing.keep(standing.at(without))
    const other = standing.at([...without, { name: 'mail' }])
    expect(graphOf(other).services.map(({ key }) => key)).toEqual(['s1', 's2'])
    expect(placeIn(other, 's2')).not.toEqual({ x: -300, y: 80 })
    standing.keep(moveTo(other, db, { x: 9, y: 9 }))
    expect(placeIn(standing.at(WORDPRESS), 's2')).toEqual({ x: -300, y: 80 })
    expect(placeIn(standing.at(structuredClone(WORDPRESS)), 's1')).toEqual(was('s1'))
  })

  it('is where it was before when putting it there is taken back', () => {
    const standing = createStanding()
    standing.keep(arranged)
    // A step of its own: another list of the very same workloads.
    const step = [...WORDPRESS]
    standing.keep(moveTo(standing.at(step), db, { x: -300, y: 80 }))
    expect(placeIn(standing.at(step), 's2')).toEqual({ x: -300, y: 80 })
    expect(placeIn(standing.at(WORDPRESS), 's2')).toEqual(was('s2'))
  })

  it('stays as far from its service when that is moved', () => {
    const moved = moveBy(moveBy(arranged, data, { x: 50, y: 9 }), db, { x: 10, y: 20 })
    expect(placeIn(moved, 's2/volume/0')).toEqual({
      x: was('s2/volume/0').x + 60,
      y: was('s2/volume/0').y + 29,
    })
  })
})
