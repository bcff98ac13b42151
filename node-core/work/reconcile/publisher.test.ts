import { describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger, createSilentLogger } from '../../base/log/index.ts'
import { parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import type { Instance } from '../spec/index.ts'
import { createPublisher } from './publisher.ts'

const NODE = parseNodeId('1'.repeat(64))!
const PENDING: Instance = {
  id: 'web-0-a',
  workload: 'web',
  index: 0,
  generation: 1,
  node: NODE,
  status: 'Pending',
  health: 'unknown',
  ports: {},
  restarts: 0,
}
const clock = createSimClock()
const flushed = (): Promise<void> => new Promise(setImmediate)

/** A state whose writes take until they are let go. */
function openState() {
  const written: string[] = []
  let gate: Promise<void> = Promise.resolve()
  let broken: Error | undefined
  const write = async (what: string): Promise<void> => {
    await gate
    if (broken) throw broken
    written.push(what)
  }
  return {
    written,
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    refuse(why: Error | undefined) {
      broken = why
    },
    put: (key: string, value: Plain) =>
      write(JSON.stringify(value)).then((): StateRecord => {
        const rest = {
          owner: 'x' as StateRecord['owner'],
          incarnation: 1,
          counter: 1,
          generation: 0,
        }
        return { key, value, author: NODE, ...rest }
      }),
    delete: () => write('gone'),
  }
}

function statuses(written: readonly string[]): unknown[] {
  return written.map((text) => (text === 'gone' ? text : JSON.parse(text).status))
}

describe('what is told of an instance', () => {
  test('is the last word, when several came while one was being written', async () => {
    const state = openState()
    const publisher = createPublisher({ state, clock, logger: createSilentLogger() })
    const letGo = state.hold()
    publisher.publish(PENDING)
    publisher.publish({ ...PENDING, status: 'Starting' })
    publisher.publish({ ...PENDING, status: 'Running' })
    letGo()
    await publisher.flush()
    expect(statuses(state.written)).toEqual(['Pending', 'Running'])
  })

  test('is never lost between two writes', async () => {
    const state = openState()
    const publisher = createPublisher({ state, clock, logger: createSilentLogger() })
    for (const status of ['Pending', 'Starting', 'Running', 'Stopping'] as const) {
      publisher.publish({ ...PENDING, status })
      // One turn of promises at a time: the next word comes at every possible point.
      for (let turn = 0; turn < state.written.length + 1; turn++) await null
    }
    publisher.retract(PENDING)
    await publisher.flush()
    expect(statuses(state.written).at(-1)).toBe('gone')
  })

  test('says steps of a start only every so often, and the last of them', async () => {
    const state = openState()
    const publisher = createPublisher({ state, clock, logger: createSilentLogger() })
    const pulling = { ...PENDING, status: 'Pulling' as const }
    for (let percent = 0; percent <= 100; percent++) {
      publisher.publish({ ...pulling, progress: `${percent} %` })
      clock.advance(10)
      await flushed()
    }
    clock.advance(1_000)
    await flushed()
    expect(state.written.length).toBeLessThanOrEqual(5)
    expect(state.written.at(-1)).toContain('100 %')
  })

  test('is told again when the disk has room', async () => {
    const state = openState()
    const publisher = createPublisher({ state, clock, logger: createSilentLogger() })
    state.refuse(new Error('The disk is full.'))
    publisher.publish(PENDING)
    await flushed()
    state.refuse(undefined)
    clock.advance(1_000)
    await flushed()
    expect(statuses(state.written)).toEqual(['Pending'])
  })

  test('is told to nobody, and not again and again, once the owner was removed', async () => {
    const state = openState()
    const logger = createMemoryLogger()
    const publisher = createPublisher({ state, clock, logger })
    state.refuse(new MyceliumError('FORBIDDEN', 'This node may not write.'))
    publisher.publish(PENDING)
    publisher.retract({ ...PENDING, id: 'web-1-b' })
    await flushed()
    state.refuse(undefined)
    clock.advance(60_000)
    await flushed()
    expect(state.written).toEqual([])
    expect(logger.lines.filter(({ level }) => level !== 'debug')).toEqual([])
  })
})
