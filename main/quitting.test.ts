import { describe, expect, it } from 'vitest'
import { createSimClock, sleep } from '../node-core/base/clock/index.ts'
import { createMemoryLogger } from '../node-core/base/log/index.ts'
import { HAND_OVER_MS, LAST_WORDS_MS, STOP_NOTICE_MS, STOP_TIMEOUT_MS } from './limits.ts'
import { createQuitting, type QuitAnswer } from './quitting.ts'

interface Person {
  ask?: () => Promise<QuitAnswer>
  handOver?: (signal: AbortSignal) => Promise<void>
}

function stage(stop: () => Promise<void>, person: Person = {}) {
  const clock = createSimClock()
  const logger = createMemoryLogger()
  const seen: string[] = []
  const quitting = createQuitting({
    ask: person.ask ?? (async () => 'now'),
    handOver: person.handOver ?? (async () => {}),
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

  it('waits for a copy that takes all the time it may have to end, and for its last lines', async () => {
    const { quitting, clock, seen } = stage(() => sleep(clock, 30_000 + 5_000 + LAST_WORDS_MS))
    quitting.begin()
    clock.advance(30_000 + 5_000 + LAST_WORDS_MS - 1)
    await settled()
    expect(seen).toEqual(['slow'])
    clock.advance(1)
    await settled()
    expect(seen).toEqual(['slow', 'end'])
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

describe('a quit that a person asks for', () => {
  /** Stops at once; the person answers when told to, and the work has gone when told to. */
  function asked() {
    const answer = Promise.withResolvers<QuitAnswer>()
    const handed = Promise.withResolvers<void>()
    const log: string[] = []
    const signals: AbortSignal[] = []
    const staged = stage(async () => void log.push('stop'), {
      ask() {
        log.push('ask')
        return answer.promise
      },
      handOver(signal) {
        log.push('hand over')
        signals.push(signal)
        return handed.promise
      },
    })
    return { ...staged, answer, handed, log, signals }
  }

  it('asks once, and ends at once where that is the answer', async () => {
    const { quitting, answer, log, seen } = asked()
    quitting.request()
    quitting.request()
    await settled()
    expect(log).toEqual(['ask'])
    answer.resolve('now')
    await settled()
    expect(log).toEqual(['ask', 'stop'])
    expect(seen).toEqual(['end'])
  })

  it('goes on as before where the person stays, and asks anew the next time', async () => {
    const { quitting, answer, log, seen } = asked()
    answer.resolve('stay')
    quitting.request()
    await settled()
    quitting.request()
    await settled()
    expect(log).toEqual(['ask', 'ask'])
    expect(seen).toEqual([])
  })

  it('stops the node only once its work has gone', async () => {
    const { quitting, answer, handed, log, seen, logger } = asked()
    quitting.request()
    answer.resolve('handOver')
    await settled()
    expect(log).toEqual(['ask', 'hand over'])
    handed.resolve()
    await settled()
    expect(log).toEqual(['ask', 'hand over', 'stop'])
    expect(seen).toEqual(['end'])
    expect(logger.lines).toEqual([])
  })

  it('does not wait for ever for others to take the work', async () => {
    const { quitting, clock, answer, log, signals, logger } = asked()
    quitting.request()
    answer.resolve('handOver')
    await settled()
    clock.advance(HAND_OVER_MS - 1)
    await settled()
    expect(log).toEqual(['ask', 'hand over'])
    clock.advance(1)
    await settled()
    expect(log).toEqual(['ask', 'hand over', 'stop'])
    expect(signals[0]?.aborted).toBe(true)
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn'])
  })

  it('waits no longer when it is asked for again meanwhile', async () => {
    const { quitting, answer, log, signals, logger } = asked()
    quitting.request()
    answer.resolve('handOver')
    await settled()
    quitting.request()
    await settled()
    expect(log).toEqual(['ask', 'hand over', 'stop'])
    expect(signals[0]?.aborted).toBe(true)
    expect(logger.lines).toEqual([])
  })

  it('ends all the same when nobody can be asked, or nothing be handed over', async () => {
    for (const failing of ['answer', 'handed'] as const) {
      const { quitting, answer, handed, seen, logger } = asked()
      if (failing === 'answer') answer.reject(new Error('no display'))
      else answer.resolve('handOver')
      handed.promise.catch(() => {})
      handed.reject(new Error('no network'))
      quitting.request()
      await settled()
      expect(seen).toEqual(['end'])
      expect(logger.lines.map(({ level }) => level)).toEqual(['warn'])
    }
  })

  it('is overtaken by the end of the session, which waits for no answer', async () => {
    const { quitting, answer, log, seen } = asked()
    quitting.request()
    quitting.begin()
    await settled()
    answer.resolve('stay')
    await settled()
    quitting.request()
    await settled()
    expect(log).toEqual(['ask', 'stop'])
    expect(seen).toEqual(['end'])
    expect(quitting.isDone).toBe(true)
  })
})
