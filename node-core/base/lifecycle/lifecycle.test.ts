import { describe, expect, it } from 'vitest'
import { type NamedPart, startInOrder, stopInReverse } from './index.ts'

function parts(trace: string[], faults: Record<string, 'start' | 'stop'> = {}): NamedPart[] {
  return ['a', 'b', 'c'].map((name) => ({
    name,
    part: {
      async start() {
        trace.push(`start ${name}`)
        if (faults[name] === 'start') throw new Error(`${name} does not start`)
      },
      async stop() {
        trace.push(`stop ${name}`)
        if (faults[name] === 'stop') throw new Error(`${name} does not stop`)
      },
    },
  }))
}

describe('parts', () => {
  it('start in order and stop in reverse', async () => {
    const trace: string[] = []
    const all = parts(trace)
    await startInOrder(all)
    expect(await stopInReverse(all)).toEqual([])
    expect(trace).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a'])
  })

  it('that were started are stopped when a later one fails to start', async () => {
    const trace: string[] = []
    await expect(startInOrder(parts(trace, { c: 'start' }))).rejects.toThrow('c does not start')
    expect(trace).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a'])
  })

  it('are all stopped, also past one that fails to stop', async () => {
    const trace: string[] = []
    const failures = await stopInReverse(parts(trace, { b: 'stop' }))
    expect(failures).toMatchObject([{ name: 'b', error: { message: 'b does not stop' } }])
    expect(trace).toEqual(['stop c', 'stop b', 'stop a'])
  })
})
