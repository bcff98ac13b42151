import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitCamera, panBy, toScreen, toWorld, zoomAt } from './camera.ts'

const VIEW = { width: 1_000, height: 600 }
const coordinate = fc.double({ min: -5_000, max: 5_000, noNaN: true })
const camera = fc.record({
  x: coordinate,
  y: coordinate,
  scale: fc.double({ min: 0.1, max: 3, noNaN: true }),
})
const point = fc.record({ x: coordinate, y: coordinate })
const SEEDED = { seed: 7, numRuns: 200 }

describe('the camera', () => {
  it('turns screen into world and back', () => {
    fc.assert(
      fc.property(camera, point, (at, place) => {
        const back = toWorld(at, VIEW, toScreen(at, VIEW, place))
        expect(back.x).toBeCloseTo(place.x, 3)
        expect(back.y).toBeCloseTo(place.y, 3)
      }),
      SEEDED,
    )
  })

  it('keeps what is under the pointer there while it zooms', () => {
    fc.assert(
      fc.property(camera, fc.double({ min: 0.2, max: 5, noNaN: true }), (at, factor) => {
        const pointer = { x: 240, y: 410 }
        const under = toWorld(at, VIEW, pointer)
        const after = toScreen(zoomAt(at, VIEW, pointer, factor), VIEW, under)
        expect(after.x).toBeCloseTo(pointer.x, 3)
        expect(after.y).toBeCloseTo(pointer.y, 3)
      }),
      SEEDED,
    )
  })

  it('moves the map with the hand', () => {
    const moved = toScreen(panBy({ x: 0, y: 0, scale: 2 }, 30, -10), VIEW, { x: 0, y: 0 })
    expect(moved).toEqual({ x: 530, y: 290 })
  })

  it('shows everyone', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (places) => {
        const at = fitCamera(places, VIEW, 50)
        for (const place of places) {
          const { x, y } = toScreen(at, VIEW, place)
          expect(x).toBeGreaterThanOrEqual(0)
          expect(x).toBeLessThanOrEqual(VIEW.width)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y).toBeLessThanOrEqual(VIEW.height)
        }
      }),
      SEEDED,
    )
  })

  it('looks at the middle of an empty map', () => {
    expect(fitCamera([], VIEW, 50)).toEqual({ x: 0, y: 0, scale: 1 })
  })
})
