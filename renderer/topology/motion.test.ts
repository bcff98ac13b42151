import { describe, expect, it } from 'vitest'
import { idOf, makeNode } from '../testing/shapes.ts'
import { buildGraph } from './graph.ts'
import { createMotion, GROW_MS, PULSE_HOP_MS } from './motion.ts'

const graph = buildGraph(
  [
    makeNode({ name: 'me', self: true, links: [{ to: idOf('near') }] }),
    makeNode({ name: 'near', links: [{ to: idOf('far') }] }),
    makeNode({ name: 'far' }),
    makeNode({ name: 'island' }),
  ],
  [],
  [],
)

describe('motion', () => {
  it('grows a thread once, from when it was first seen', () => {
    const motion = createMotion()
    motion.update(graph, 1_000)
    const key = graph.links[0]?.key ?? ''
    expect(motion.grown(key, 1_000)).toBe(0)
    expect(motion.grown(key, 1_000 + GROW_MS)).toBe(1)
    motion.update(graph, 9_000)
    expect(motion.grown(key, 9_000)).toBe(1)
  })

  it('runs news along every hop of its way, and then is still', () => {
    const motion = createMotion()
    motion.pulse(graph, idOf('far'), 0)
    const hops = [0.5, 1.5].map((hop) => motion.pulses(hop * PULSE_HOP_MS)[0]?.link.key)
    expect(new Set(hops).size).toBe(2)
    expect(motion.pulses(2 * PULSE_HOP_MS)).toEqual([])
    expect(motion.isMoving(2 * PULSE_HOP_MS)).toBe(false)
  })

  it('shows nothing without news, nor for news that has no known way', () => {
    const motion = createMotion()
    motion.pulse(graph, idOf('island'), 0)
    motion.pulse(graph, idOf('stranger'), 0)
    motion.pulse(graph, idOf('me'), 0)
    expect(motion.isMoving(1)).toBe(false)
  })

  it('makes one pulse of a burst', () => {
    const motion = createMotion()
    for (let event = 0; event < 20; event += 1) motion.pulse(graph, idOf('near'), event)
    expect(motion.pulses(30)).toHaveLength(1)
  })
})
