import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createAnswering } from './answering.ts'

function begin() {
  const clock = createSimClock()
  const there = { quorum: true, doubts: true, answers: false }
  let asked = 0
  let changes = 0
  const answering = createAnswering({
    clock,
    async read() {
      asked++
      if (!there.answers) throw new Error('Nobody answers.')
    },
    hasQuorum: () => there.quorum,
    doubts: () => there.doubts,
    changed: () => changes++,
  })
  answering.start()
  async function look(): Promise<void> {
    clock.runNext()
    await new Promise(setImmediate)
  }
  return { answering, there, look, asked: () => asked, changes: () => changes }
}

describe('whether the committee decides, seen from outside', () => {
  it('goes by connections until nobody has answered, and is in force again once somebody does', async () => {
    const { answering, there, look, changes } = begin()
    expect(answering.isInForce()).toBe(true)
    await look()
    expect(answering.isInForce()).toBe(false)
    there.answers = true
    await look()
    expect(answering.isInForce()).toBe(true)
    expect(changes()).toBe(2)
  })

  it('asks nobody while something shows it, and forgets its doubt at once', async () => {
    const { answering, there, look, asked } = begin()
    await look()
    there.doubts = false
    expect(answering.isInForce()).toBe(true)
    await look()
    expect(asked()).toBe(1)
  })

  it('asks nobody where too few are connected', async () => {
    const { answering, there, look, asked } = begin()
    there.quorum = false
    await look()
    expect(answering.isInForce()).toBe(false)
    expect(asked()).toBe(0)
  })

  it('asks no more once it has stopped', async () => {
    const { answering, look, asked } = begin()
    answering.stop()
    await look()
    expect(asked()).toBe(0)
  })
})
