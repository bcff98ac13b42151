import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../clock/index.ts'
import { isCode } from '../errors/index.ts'
import { createThread, type Thread } from './index.ts'

type Question = { say: string; afterMs: number } | { fail: 'ours' | 'system' } | { exit: true }

const open: Thread<Question, string>[] = []
function threadOf(): Thread<Question, string> {
  const entry = new URL('./testing/echo-worker.ts', import.meta.url)
  const thread = createThread<Question, string>(() => new Worker(entry), createSystemClock())
  open.push(thread)
  return thread
}
afterEach(async () => {
  for (const thread of open.splice(0)) await thread.end()
})

describe('a thread', () => {
  it('answers each question, the quick before the slow', async () => {
    const thread = threadOf()
    const order: string[] = []
    const ask = async (say: string, afterMs: number): Promise<void> => {
      order.push(await thread.ask({ say, afterMs }))
    }
    await Promise.all([ask('slow', 300), ask('quick', 0)])
    expect(order).toEqual(['quick', 'slow'])
  })

  it('fails with our own codes, and with the words of the system', async () => {
    const thread = threadOf()
    const ours = await thread.ask({ fail: 'ours' }).catch((error: unknown) => error)
    expect(isCode(ours, 'DISK_FULL')).toBe(true)
    const theirs = await thread.ask({ fail: 'system' }).catch((error: unknown) => error)
    expect(isCode(theirs, 'ENOSPC')).toBe(false)
    expect(theirs).toMatchObject({ code: 'ENOSPC', message: 'ENOSPC: no room' })
  })

  it('that ends leaves nobody waiting, and the next question begins another', async () => {
    const thread = threadOf()
    const waiting = thread.ask({ say: 'never', afterMs: 60_000 })
    const [, exited] = await Promise.allSettled([waiting, thread.ask({ exit: true })])
    expect(exited.status).toBe('rejected')
    await expect(waiting).rejects.toThrow('has ended')
    expect(await thread.ask({ say: 'again', afterMs: 0 })).toBe('again')
    const late = thread.ask({ say: 'never', afterMs: 60_000 })
    await Promise.all([thread.end(), expect(late).rejects.toThrow('has ended')])
  })
})
