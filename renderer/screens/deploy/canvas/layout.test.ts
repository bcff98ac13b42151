import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildGraph, type Placed } from './graph.ts'
import { layOut, SIZES } from './layout.ts'
import { anyBodies, WORDPRESS } from './testing/bodies.ts'

const graphOf = (bodies: Parameters<typeof buildGraph>[0]) =>
  buildGraph(
    bodies,
    bodies.map((_, at) => `s${at}`),
  )

describe('the layout', () => {
  it('has a place for everything, never two in one, and always the same', () => {
    fc.assert(
      fc.property(anyBodies, (bodies) => {
        const graph = graphOf(bodies)
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
    const graph = graphOf(WORDPRESS)
    const places = layOut(graph)
    const at = (key: string) => [...places].find(([one]) => one === key)![1]
    expect(at('s0').x).toBeLessThan(at('s1').x)
    expect(at('s0/route/web').y).toBeLessThan(at('s0').y)
    expect(at('s0/volume/0').y).toBeGreaterThan(at('s0').y)
  })

  it('comes to an end where services use one another in a circle', () => {
    const circle = ['a', 'b', 'c'].map((name, at) => ({ name, uses: [['b', 'c', 'a'][at]!] }))
    const places = layOut(graphOf(circle))
    expect(new Set([...places.values()].map(({ x }) => x)).size).toBe(3)
  })
})
