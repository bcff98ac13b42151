import { describe, expect, it } from 'vitest'
import { toScreen } from '../../../topology/index.ts'
import { fitted } from './fitting.ts'
import { type Box, edgePoint, hairs, sidePoint, stemStrands, threadBetween } from './threads.ts'

const box = (x: number, y: number): Box => ({ x, y, width: 200, height: 80 })

describe('a thread', () => {
  it.each([
    [
      { x: 500, y: 0 },
      { x: 100, y: 0 },
    ],
    [
      { x: 0, y: 500 },
      { x: 0, y: 40 },
    ],
    [
      { x: -500, y: -200 },
      { x: -100, y: -40 },
    ],
    [
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ],
  ])('towards %j leaves the box at %j', (toward, at) => {
    const { x, y } = edgePoint(box(0, 0), toward)
    expect({ x: x + 0, y: y + 0 }).toEqual(at)
  })

  it('of a link begins and ends at the sides that face each other', () => {
    expect(sidePoint(box(0, 0), { x: 400, y: 300 })).toEqual({ x: 100, y: 0 })
    expect(sidePoint(box(0, 0), { x: -400, y: 10 })).toEqual({ x: -100, y: 0 })
    expect(sidePoint(box(0, 0), { x: 0, y: 300 })).toEqual({ x: 0, y: 40 })
  })

  it('is a bundle of strands from edge to edge, and bends as it always does', () => {
    for (const stem of stemStrands('a', box(0, 0), box(0, 200))) {
      expect(stem).toMatch(/^M0 40Q.* 0 160$/)
    }
    const thread = threadBetween('a/b', box(0, 0), box(600, 0))
    expect(thread.strands).toHaveLength(3)
    expect(new Set(thread.strands).size).toBe(3)
    for (const strand of thread.strands) expect(strand).toMatch(/^M100 0C.* 500 0$/)
    expect(thread.middle.x).toBeCloseTo(300)
    expect(threadBetween('a/b', box(0, 0), box(600, 0))).toEqual(thread)
    expect(threadBetween('a/c', box(0, 0), box(600, 0))).not.toEqual(thread)
  })

  it('has filaments that grow outwards from every side', () => {
    const roots = [...hairs('web', box(0, 0)).matchAll(/M(-?[\d.]+) (-?[\d.]+)/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    )
    expect(roots.length).toBeGreaterThan(20)
    for (const [x, y] of roots) expect(Math.abs(x) === 100 || Math.abs(y) === 40).toBe(true)
    expect(roots.some(([x]) => x === 100) && roots.some(([x]) => x === -100)).toBe(true)
    expect(roots.some(([, y]) => y === 40) && roots.some(([, y]) => y === -40)).toBe(true)
  })
})

describe('the view of everything', () => {
  it.each([
    [{ width: 670, height: 495 }],
    [{ width: 540, height: 288 }],
    [{ width: 1_400, height: 300 }],
  ])('in %j is above the buttons, and no larger than it is', (view) => {
    const boxes = [box(-300, 40), box(20, -120), box(500, 260)]
    const camera = fitted(new Map(boxes.map((one, at) => [at, one])), view)
    expect(camera.scale).toBeLessThanOrEqual(1)
    for (const { x, y, width, height } of boxes) {
      const low = toScreen(camera, view, { x: x + width / 2, y: y + height / 2 })
      const high = toScreen(camera, view, { x: x - width / 2, y: y - height / 2 })
      expect(high.x).toBeGreaterThan(0)
      expect(high.y).toBeGreaterThan(0)
      expect(low.x).toBeLessThan(view.width)
      expect(low.y).toBeLessThan(view.height - 56)
    }
  })
})
