import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SAME_PRESS_MS } from './limits.ts'
import { untilStopSignal } from './stop-signal.ts'

function makeProcess() {
  const killed: string[] = []
  const process = Object.assign(new EventEmitter(), {
    pid: 7,
    kill: (pid: number, signal: string) => void killed.push(`${signal} ${pid}`),
  })
  return { process, killed }
}

describe('a request to stop', () => {
  it('is the first signal, however often one press of Ctrl+C arrives', async () => {
    let nowMs = 5_000
    const { process, killed } = makeProcess()
    const asked = untilStopSignal(process, undefined, () => nowMs)
    process.emit('SIGINT')
    nowMs += SAME_PRESS_MS - 1
    process.emit('SIGINT')
    process.emit('SIGTERM')
    expect(await asked).toBe('SIGINT')
    expect(killed).toEqual([])
  })

  it('ends the process at once when it is pressed again', () => {
    let nowMs = 5_000
    const { process, killed } = makeProcess()
    void untilStopSignal(process, undefined, () => nowMs)
    process.emit('SIGINT')
    nowMs += SAME_PRESS_MS
    process.emit('SIGINT')
    expect(killed).toEqual(['SIGINT 7'])
    expect(process.listenerCount('SIGINT')).toBe(0)
  })

  it.each([
    [true, [[], ['SIGINT 7']]],
    [false, [['SIGINT 7'], ['SIGINT 7']]],
  ])('leaves a second press to whoever has something to end: %s, and no third', (ends, answers) => {
    let nowMs = 5_000
    const { process, killed } = makeProcess()
    void untilStopSignal(
      process,
      () => ends,
      () => nowMs,
    )
    process.emit('SIGINT')
    const seen = [0, 1].map(() => {
      nowMs += SAME_PRESS_MS
      process.emit('SIGINT')
      // The same press, by way of a script in between.
      process.emit('SIGINT')
      return [...killed]
    })
    expect(seen).toEqual(answers)
  })
})
