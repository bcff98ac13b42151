import type { Page } from 'playwright'
import { expect, it } from 'vitest'
import { bounded, NotDrawnError } from './bounded.ts'

const BOUNDS = { withinMs: 20, answerWithinMs: 20 }

/** A page that answers scripts, and draws frames, or does not. */
function pageThat({ computes, isDrawn }: { computes: boolean; isDrawn: boolean }): Page {
  const never = new Promise(() => {})
  const evaluate = (script: string): Promise<unknown> => {
    if (!computes || (script.includes('Frame') && !isDrawn)) return never
    return Promise.resolve(1)
  }
  return { evaluate } as unknown as Page
}

function afterStandingStill(page: Page): Promise<unknown> {
  return bounded(page, BOUNDS, (at) => {
    at('axe in dark')
    return new Promise(() => {})
  }).catch((error: unknown) => error)
}

it('gives what was made in time', async () => {
  const page = pageThat({ computes: true, isDrawn: true })
  await expect(bounded(page, BOUNDS, async () => 'made')).resolves.toBe('made')
})

it('fails as the work does', async () => {
  const page = pageThat({ computes: true, isDrawn: true })
  await expect(bounded(page, BOUNDS, () => Promise.reject(new Error('broke')))).rejects.toThrow(
    'broke',
  )
})

it('tells a browser that draws no more from a window that does not end', async () => {
  const undrawn = await afterStandingStill(pageThat({ computes: true, isDrawn: false }))
  expect(undrawn).toBeInstanceOf(NotDrawnError)
  expect(String(undrawn)).toContain('at axe in dark; the page computes: true, is drawn: false')
  for (const isDrawn of [false, true]) {
    const busy = await afterStandingStill(pageThat({ computes: isDrawn, isDrawn }))
    expect(busy).not.toBeInstanceOf(NotDrawnError)
  }
})
