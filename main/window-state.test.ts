import { describe, expect, it } from 'vitest'
import { fitBounds, parseWindowState, WINDOW_SIZE, WINDOW_SIZE_MIN } from './window-state.ts'

const SCREEN = { x: 0, y: 0, width: 1_280, height: 800 }
const SECOND = { x: 1_280, y: 0, width: 1_920, height: 1_080 }

describe('the place of the window', () => {
  it('is kept where it can be reached', () => {
    const kept = { x: 100, y: 50, width: 900, height: 600 }
    expect(fitBounds(kept, [SCREEN])).toEqual(kept)
    const right = { x: 2_000, y: 100, width: 900, height: 600 }
    expect(fitBounds(right, [SCREEN, SECOND])).toEqual(right)
  })

  it.each([
    ['the second screen is gone', { x: 2_000, y: 100, width: 900, height: 600 }],
    ['its upper edge is above every screen', { x: 100, y: -300, width: 900, height: 600 }],
    ['only a sliver is left of it', { x: 1_200, y: 100, width: 900, height: 600 }],
    ['it lies below the screen', { x: 100, y: 790, width: 900, height: 600 }],
  ])('is the default when %s', (_why, kept) => {
    expect(fitBounds(kept, [SCREEN])).toEqual(WINDOW_SIZE)
  })

  it('is neither larger than its screen nor too small to use', () => {
    const huge = fitBounds({ x: 0, y: 0, width: 9_000, height: 9_000 }, [SCREEN])
    expect(huge).toMatchObject({ width: 1_280, height: 800 })
    const tiny = fitBounds({ x: 0, y: 0, width: 200, height: 1 }, [SCREEN])
    expect(tiny).toMatchObject(WINDOW_SIZE_MIN)
  })

  it.each([undefined, '', '{', '[]', '{"bounds":{"x":"a"}}', '{"maximized":7}'])(
    'starts anew from a file that says %j',
    (text) => {
      expect(parseWindowState(text)).toEqual({ maximized: false, toldThatItRunsOn: false })
    },
  )

  it('comes back as it was written', () => {
    const bounds = { x: 1, y: 2, width: 900, height: 600 }
    const state = { bounds, maximized: true, toldThatItRunsOn: true }
    expect(parseWindowState(JSON.stringify(state))).toEqual(state)
  })
})
