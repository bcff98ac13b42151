import { Worker } from 'node:worker_threads'
import { MyceliumError } from '../errors/index.ts'
import type { Database, DatabaseErrorCode, Row } from './index.ts'
import type { Answer, Question } from './messages.ts'

/** Opens the file at `path` or makes it; its folder must exist. Throws DatabaseErrorCode. */
export async function openDatabase(path: string): Promise<Database> {
  // Written in one piece, since bundlers look for exactly this form.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: path })
  const waiting = new Map<number, PromiseWithResolvers<Row[]>>()
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  let asked = 0
  let closing: Promise<void> | undefined

  worker.on('message', (answer: Answer) => {
    const held = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('rows' in answer) held?.resolve(answer.rows)
    else held?.reject(new MyceliumError(answer.failure.code, answer.failure.message))
  })
  worker.on('error', (cause) => failAll(failed('The database thread has failed.', cause)))
  worker.on('exit', () => failAll(failed('The database thread has ended.')))
  function failAll(error: MyceliumError): void {
    for (const held of waiting.values()) held.reject(error)
    waiting.clear()
  }

  function ask(question: WithoutId<Question>): Promise<Row[]> {
    const id = asked++
    const held = Promise.withResolvers<Row[]>()
    waiting.set(id, held)
    worker.postMessage({ ...question, id })
    return held.promise
  }
  function requireOpen(): void {
    if (closing) throw new MyceliumError<DatabaseErrorCode>('DATABASE_CLOSED', 'It was closed.')
  }
  async function end(): Promise<void> {
    await ask({ ask: 'close' })
    await exited
  }

  try {
    await ask({ ask: 'open' })
  } catch (error) {
    await worker.terminate()
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

type WithoutId<Message> = Message extends { id: number } ? Omit<Message, 'id'> : never

function failed(message: string, cause?: unknown): MyceliumError<DatabaseErrorCode> {
  return new MyceliumError('DATABASE_FAILED', message, { cause })
}
