import { describe, expect, it } from 'vitest'
import { createEventQueue } from './event-queue.ts'

describe('the queue of a reader of events', () => {
  it('tells a slow reader how many it missed, after what it kept', async () => {
    const queue = createEventQueue<number>({ lengthMax: 3 })
    for (let i = 0; i < 8; i++) queue.push(i)
    queue.close()
    expect(await all(queue.read())).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }, { missed: 5 }])
  })

  it('tells the gap where it is, however much comes while the reader catches up', async () => {
    const queue = createEventQueue<number>({ lengthMax: 2 })
    for (let i = 0; i < 3; i++) queue.push(i)
    const reader = queue.read()
    const read: unknown[] = []
    for (let i = 3; i < 6; i++) {
      read.push((await reader.next()).value)
      queue.push(i)
    }
    queue.close()
    for await (const one of reader) read.push(one)
    expect(read).toEqual([{ item: 0 }, { item: 1 }, { missed: 3 }, { item: 5 }])
  })

  it('hands over what comes while it waits, and ends when it is closed', async () => {
    const queue = createEventQueue<string>()
    const reading = all(queue.read())
    queue.push('late')
    queue.close()
    queue.push('too late')
    expect(await reading).toEqual([{ item: 'late' }])
  })
})

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}
