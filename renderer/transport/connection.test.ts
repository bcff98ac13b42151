import { describe, expect, it } from 'vitest'
import { createManualTime } from '../time/index.ts'
import { createConnection } from './connection.ts'
import { type Door, type Line, LockedError, NoNodeError } from './index.ts'

/** Lines that lead nowhere, opened and ended by the test. */
function setUp(answer: () => 'open' | 'fail' | 'locked' | 'stopped') {
  const time = createManualTime()
  let opened = 0
  let end = (): void => {}
  const keys: string[] = []
  let starts = 0
  const door: Door = {
    async open() {
      opened += 1
      if (answer() === 'locked') throw new LockedError('no key')
      if (answer() === 'stopped') throw new NoNodeError('NODE_STOPPED', 'On purpose.')
      if (answer() === 'fail') throw new Error('down')
      const closed = new Promise<void>((resolve) => {
        end = resolve
      })
      return { closed, close: end } as Partial<Line> as Line
    },
    startNode: () => void starts++,
    unlock: (token) => void keys.push(token),
  }
  const connection = createConnection({ door, time })
  return { time, connection, keys, opened: () => opened, starts: () => starts, end: () => end() }
}

describe('the connection', () => {
  it('opens a lost line again by itself', async () => {
    const { time, connection, end } = setUp(() => 'open')
    connection.start()
    await time.advance(0)
    expect(connection.state().phase).toBe('open')
    end()
    await time.advance(0)
    expect(connection.state()).toMatchObject({ phase: 'lost', wasOpen: true })
    expect(connection.line()).toBeUndefined()
    await time.advance(1_000)
    expect(connection.state().phase).toBe('open')
  })

  it('waits longer after each failure, and never longer than ten seconds', async () => {
    const { time, connection, opened } = setUp(() => 'fail')
    connection.start()
    await time.advance(60_000)
    const afterOneMinute = opened()
    expect(afterOneMinute).toBeLessThan(12)
    await time.advance(30_000)
    expect(opened() - afterOneMinute).toBe(3)
  })

  it('does not say that a key was wrong where none was entered since', async () => {
    let answer: 'open' | 'locked' = 'locked'
    const { time, connection, end } = setUp(() => answer)
    connection.start()
    await time.advance(0)
    answer = 'open'
    connection.unlock('right')
    await time.advance(0)
    answer = 'locked'
    end()
    await time.advance(1_000)
    expect(connection.state()).toMatchObject({ phase: 'locked', wasRefused: false })
  })

  it('tries at once when asked to', async () => {
    const { time, connection, opened } = setUp(() => 'fail')
    connection.start()
    await time.advance(8_000)
    const before = opened()
    connection.retry()
    await time.advance(0)
    expect(opened()).toBe(before + 1)
  })

  it('says why no node answers, for as long as that is known and so', async () => {
    let answer: 'open' | 'fail' | 'stopped' = 'stopped'
    const { time, connection } = setUp(() => answer)
    connection.start()
    await time.advance(0)
    expect(connection.state().problem).toMatchObject({ code: 'NODE_STOPPED' })
    answer = 'fail'
    await time.advance(1_000)
    expect(connection.state()).toMatchObject({ phase: 'lost' })
    expect(connection.state().problem).toBeUndefined()
    answer = 'open'
    await time.advance(10_000)
    expect(connection.state().phase).toBe('open')
    expect(connection.state().problem).toBeUndefined()
  })

  it('finds a node that is started elsewhere, and starts it at once when told to', async () => {
    let answer: 'open' | 'stopped' = 'stopped'
    const { time, connection, starts } = setUp(() => answer)
    connection.start()
    await time.advance(30_000)
    expect(starts()).toBe(0)
    answer = 'open'
    connection.startNode()
    await time.advance(0)
    expect(starts()).toBe(1)
    expect(connection.state().phase).toBe('open')
  })

  it('does not try again by itself when it has no key', async () => {
    const { time, connection, opened } = setUp(() => 'locked')
    connection.start()
    await time.advance(60_000)
    expect(opened()).toBe(1)
    expect(connection.state()).toMatchObject({ phase: 'locked', wasRefused: false })
  })

  it('says when a key that was pasted is not accepted', async () => {
    const { time, connection, keys } = setUp(() => 'locked')
    connection.start()
    await time.advance(0)
    connection.unlock('wrong')
    await time.advance(0)
    expect(keys).toEqual(['wrong'])
    expect(connection.state()).toMatchObject({ phase: 'locked', wasRefused: true })
  })
})
