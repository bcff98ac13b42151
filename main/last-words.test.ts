import { expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { CHANNELS } from './channels.ts'
import { createLastWords } from './last-words.ts'
import { LAST_WORDS_MS } from './limits.ts'

function stage(isCrashed = false) {
  const clock = createSimClock()
  const sent: string[] = []
  const pageOf = () => ({
    isDestroyed: () => false,
    isCrashed: () => isCrashed,
    send: (channel: string) => void sent.push(channel),
  })
  const page = pageOf()
  const words = createLastWords(clock)
  let isOver = false
  const heard = words.hear(page).then(() => {
    isOver = true
  })
  const isStillWaiting = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    return !isOver
  }
  return { clock, page, pageOf, words, sent, heard, isStillWaiting }
}

it('waits until the window has sent what it still had to say', async () => {
  const { page, pageOf, words, sent, heard, isStillWaiting } = stage()
  expect(sent).toEqual([CHANNELS.ending])
  words.wereSaid(pageOf())
  expect(await isStillWaiting()).toBe(true)
  words.wereSaid(page)
  await heard
})

it('waits no longer than a moment, and not at all for a page that is gone', async () => {
  const { clock, heard, isStillWaiting } = stage()
  clock.advance(LAST_WORDS_MS - 1)
  expect(await isStillWaiting()).toBe(true)
  clock.advance(1)
  await heard
  const gone = stage(true)
  await gone.heard
  expect(gone.sent).toEqual([])
})
