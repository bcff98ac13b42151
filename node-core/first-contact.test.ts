import { describe, expect, it } from 'vitest'
import { createSimClock } from './base/clock/index.ts'
import { firstContact } from './first-contact.ts'

function begin(leads: boolean) {
  const clock = createSimClock()
  const state = { synced: false }
  let done = false
  const { part } = firstContact({ clock, state, discovery: { hasLeads: () => leads } })
  void part.start().then(() => {
    done = true
  })
  const advance = async (ms: number): Promise<void> => {
    const untilMs = clock.monotonicMs() + ms
    clock.timer(ms, () => {})
    do await new Promise(setImmediate)
    while (clock.monotonicMs() < untilMs && clock.runNext())
  }
  return { state, advance, done: () => done }
}

describe('a start', () => {
  it('waits for nobody when nobody is known', async () => {
    const { advance, done } = begin(false)
    await advance(1)
    expect(done()).toBe(true)
  })

  it('is over as soon as notes have been compared', async () => {
    const { state, advance, done } = begin(true)
    await advance(500)
    expect(done()).toBe(false)
    state.synced = true
    await advance(20)
    expect(done()).toBe(true)
  })

  it('goes on alone when the others are away', async () => {
    const { advance, done } = begin(true)
    await advance(1_900)
    expect(done()).toBe(false)
    await advance(200)
    expect(done()).toBe(true)
  })
})
