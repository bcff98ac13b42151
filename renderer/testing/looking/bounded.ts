import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright'

/** A page computes, but is not drawn any more: the browser stands still, not the window. */
export class NotDrawnError extends Error {}

/** How long a page that stands still may take to say whether it computes, and whether it is drawn. */
const ANSWER_TIMEOUT_MS = 10_000

export interface Bounds {
  withinMs: number
  /** For each of the two questions asked of a page that stands still. */
  answerWithinMs?: number
}

/** Says what is begun now, for whoever asks what it stood at. */
export type StepTeller = (step: string) => void

/**
 * Lets work on a page take so long and no longer: a script in a page has no end of its own where no
 * frame is drawn. Rejects with the step that it stood at and what the page still did.
 */
export async function bounded<T>(
  page: Page,
  { withinMs, answerWithinMs = ANSWER_TIMEOUT_MS }: Bounds,
  work: (at: StepTeller) => Promise<T>,
): Promise<T> {
  let step = 'the beginning'
  const over = new AbortController()
  const late = wait(withinMs, undefined, { signal: over.signal })
  const done = work((next) => {
    step = next
  }).then((value) => ({ value }))
  try {
    const ended = await Promise.race([done, late])
    if (ended) return ended.value
  } finally {
    over.abort()
    late.catch(() => undefined)
    done.catch(() => undefined)
  }
  const computes = await answers(page, '1', answerWithinMs)
  const isDrawn = await answers(page, 'new Promise(requestAnimationFrame)', answerWithinMs)
  const told = `computes: ${computes}, is drawn: ${isDrawn}`
  const message = `Stood still for ${withinMs / 1_000} s at ${step}; the page ${told}.`
  throw computes && !isDrawn ? new NotDrawnError(message) : new Error(message)
}

function answers(page: Page, script: string, withinMs: number): Promise<boolean> {
  const answer = page.evaluate(script).then(
    () => true,
    () => false,
  )
  return Promise.race([answer, wait(withinMs, false, { ref: false })])
}
