import { describe, expect, it } from 'vitest'
import { makeScenario } from '../testing/scenarios/index.ts'
import { makeNode } from '../testing/shapes.ts'
import { buildGraph } from './graph.ts'
import { createLayout } from './layout.ts'

const busy = makeScenario('busy').nodes

function settled(nodes = busy) {
  const layout = createLayout()
  layout.update(buildGraph(nodes, [], []))
  let stepMs = 0
  while (layout.step(0, () => ++stepMs)) if (stepMs > 5_000) throw new Error('never at rest')
  return layout
}

describe('the layout', () => {
  it('comes to rest, the same way every time', () => {
    const [one, other] = [settled(), settled()]
    expect([...one.places()].map(([, { x }]) => x)).toEqual(
      [...other.places()].map(([, { x }]) => x),
    )
  })

  it('keeps nodes apart', () => {
    const places = [...settled().places().values()]
    for (const [index, a] of places.entries()) {
      for (const b of places.slice(index + 1)) {
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(40)
      }
    }
  })

  it('moves nobody when only a state changes', () => {
    const layout = settled()
    const before = { ...layout.place(busy[0]?.id ?? '') }
    layout.update(
      buildGraph(
        busy.map((node) => ({ ...node, status: 'Cordoned' })),
        [],
        [],
      ),
    )
    expect(layout.step(0, () => 0)).toBe(false)
    expect(layout.place(busy[0]?.id ?? '')).toMatchObject({ x: before.x, y: before.y })
  })

  it('lets a newcomer sprout beside a neighbour', () => {
    const layout = settled()
    const neighbour = busy[1]
    const newcomer = makeNode({ name: 'new', links: [{ to: neighbour?.id ?? '' }] })
    layout.update(buildGraph([...busy, newcomer], [], []))
    const [at, beside] = [layout.place(newcomer.id), layout.place(neighbour?.id ?? '')]
    expect(
      Math.hypot((at?.x ?? 0) - (beside?.x ?? 0), (at?.y ?? 0) - (beside?.y ?? 0)),
    ).toBeLessThan(60)
  })

  it('is at rest within 120 steps, however many nodes there are', () => {
    const layout = createLayout()
    layout.update(buildGraph(makeScenario('large').nodes, [], []))
    let steps = 0
    while (layout.step(0, () => 0)) steps += 1
    expect(layout.places().size).toBe(2_000)
    expect(steps).toBeLessThan(120)
  })
})
