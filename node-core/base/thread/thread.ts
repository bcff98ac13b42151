import type { Worker } from 'node:worker_threads'
import type { Clock } from '../clock/index.ts'
import { MyceliumError } from '../errors/index.ts'
import { THREAD_IDLE_MS } from './limits.ts'
import type { Answered, Asked } from './messages.ts'

export interface Thread<Question, Answer> {
  /** Throws what the answering threw: our own errors with their codes, others with their words. */
  ask(question: Question): Promise<Answer>
  /** It stays until the answer is called, though nothing is asked: it remembers something. */
  hold(): () => void
  /** Ends it at once; what is being asked fails. */
  end(): Promise<void>
}

export function createThread<Question, Answer>(
  make: () => Worker,
  clock: Clock,
): Thread<Question, Answer> {
  const waiting = new Map<number, PromiseWithResolvers<Answer>>()
  let worker: Worker | undefined
  let asked = 0
  let holders = 0
  let restEnds = (): void => {}

  function begin(): Worker {
    const made = make()
    const lost = (error: Error): void => {
      if (worker !== made) return
      worker = undefined
      for (const one of waiting.values()) one.reject(error)
      waiting.clear()
    }
    made.on('message', take)
    made.on('error', (error) => lost(error instanceof Error ? error : new Error(String(error))))
    made.on('exit', () => lost(new Error('The thread has ended.')))
    return made
  }

  function take(answered: Answered<Answer>): void {
    const held = waiting.get(answered.id)
    waiting.delete(answered.id)
    if ('answer' in answered) held?.resolve(answered.answer)
    else held?.reject(errorOf(answered.failure))
    rest()
  }

  function rest(): void {
    if (waiting.size > 0 || holders > 0) return
    // Nobody waits for it: a process that has nothing else to do may end.
    worker?.unref()
    restEnds()
    restEnds = clock.timer(THREAD_IDLE_MS, () => void end())
  }

  async function end(): Promise<void> {
    restEnds()
    await worker?.terminate()
  }

  return {
    ask(question) {
      restEnds()
      worker ??= begin()
      worker.ref()
      const id = asked++
      const held = Promise.withResolvers<Answer>()
      waiting.set(id, held)
      const message: Asked<Question> = { id, question }
      worker.postMessage(message)
      return held.promise
    },
    hold() {
      restEnds()
      holders++
      let over = false
      return () => {
        if (over) return
        over = true
        holders--
        rest()
      }
    },
    end,
  }
}

function errorOf({
  code,
  ours,
  message,
}: {
  code: string | undefined
  ours: boolean
  message: string
}) {
  if (ours && code !== undefined) return new MyceliumError(code, message)
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
