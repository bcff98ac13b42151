import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock/index.ts'
import { MyceliumError, messageOf } from '../errors/index.ts'
import { createThread } from '../thread/index.ts'
import type { Database, DatabaseErrorCode } from './index.ts'
import type { Answer, Question } from './messages.ts'

/**
 * Opens the file at `path` or makes it; its folder must exist. Throws DatabaseErrorCode. Its thread
 * ends while nobody asks anything: an idle node takes 9 MiB less.
 */
export async function openDatabase(path: string, clock: Clock): Promise<Database> {
  const thread = createThread<Question, Answer>(
    // Written in one piece, since bundlers look for exactly this form.
    () => new Worker(new URL('./worker.ts', import.meta.url), { workerData: path }),
    clock,
  )
  let last: Promise<unknown> = Promise.resolve()
  let closing: Promise<void> | undefined

  function ask(question: Question): Promise<Answer> {
    const answered = thread.ask(question).catch((cause) => {
      if (cause instanceof MyceliumError) throw cause
      const message = `The database thread has failed: ${messageOf(cause)}`
      throw new MyceliumError<DatabaseErrorCode>('DATABASE_FAILED', message, { cause })
    })
    last = answered.catch(() => {
      // Whoever asked hears of it.
    })
    return answered
  }
  function requireOpen(): void {
    if (closing) throw new MyceliumError<DatabaseErrorCode>('DATABASE_CLOSED', 'It was closed.')
  }
  async function end(): Promise<void> {
    // Questions are answered in order.
    await last
    await thread.end()
  }

  try {
    await ask({ ask: 'open' })
  } catch (error) {
    await thread.end()
    throw error
  }
  return {
    async write(batch) {
      requireOpen()
      await ask({ ask: 'write', batch })
    },
    async all(sql, params = []) {
      requireOpen()
      return ask({ ask: 'all', sql, params })
    },
    close() {
      closing ??= end()
      return closing
    },
  }
}
