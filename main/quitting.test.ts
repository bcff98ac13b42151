import { describe, expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { createMemoryLogger } from '../node-core/base/log/index.ts'
import { STOP_NOTICE_MS, STOP_TIMEOUT_MS } from './limits.ts'
import { createQuitting } from './quitting.ts'

function stage(stop: () => Promise<void>) {
  const clock = createSimClock()
  const logger = createMemoryLogger()
  const seen: string[] = []
  const quitting = createQuitting({
    stop,
    onSlow: () => seen.push('slow'),
    end: () => seen.push(quitting.isDone ? 'end' : 'end too early'),
    clock,
    logger,
  })
  return { quitting, clock, seen, logger }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the end of the app', () => {
  it('waits for the node to stop, once', async () => {
    let stops = 0
    const stopped = Promise.withResolvers<void>()
    const { quitting, seen } = stage(() => {
      stops++
      return stopped.promise
    })
    quitting.begin()
    quitting.begin()
    await settled()
    expect(seen).toEqual([])
    stopped.resolve()
    await settled()
    expect(seen).toEqual(['end'])
    expect(stops).toBe(1)
  })

  it('says so when it takes a moment, and not when it does not', async () => {
    const slow = Promise.withResolvers<void>()
    const { quitting, clock, seen } = stage(() => slow.promise)
    quitting.begin()
    clock.advance(STOP_NOTICE_MS)
    expect(seen).toEqual(['slow'])
    slow.resolve()
    await settled()
    const fast = stage(async () => {})
    fast.quitting.begin()
    await settled()
    fast.clock.advance(STOP_TIMEOUT_MS * 2)
    expect(fast.seen).toEqual(['end'])
  })

  it('comes within its bound when the node does not stop', async () => {
    const { quitting, clock, seen, logger } = stage(() => new Promise(() => {}))
    quitting.begin()
    clock.advance(STOP_TIMEOUT_MS)
    await settled()
    expect(seen).toEqual(['slow', 'end'])
    expect(logger.lines.map(({ level }) => level)).toEqual(['error'])
  })

  it('comes when the stop fails, and keeps the reason', async () => {
    const { quitting, seen, logger } = stage(() => Promise.reject(new Error('disk')))
    quitting.begin()
    await settled()
    expect(seen).toEqual(['end'])
    expect(logger.lines[0]?.fields).toMatchObject({ reason: 'disk' })
  })
})
