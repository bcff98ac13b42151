import type { Worker } from 'node:worker_threads'
import type { Clock } from '../clock/index.ts'
import { MyceliumError } from '../errors/index.ts'
import { THREAD_IDLE_MS } from './limits.ts'
import type { Answered, Asked, Failure } from './messages.ts'

export interface Thread<Question, Answer> {
  /** Throws what the answering threw: our own errors with their codes, others with their words. */
  ask(question: Question): Promise<Answer>
  /** It stays until the answer is called, though nothing is asked: it remembers something. */
  hold(): () => void
  /** Ends it at once; what is being asked fails. */
  end(): Promise<void>
}

interface Running<Answer> {
  worker: Worker
  waiting: Map<number, PromiseWithResolvers<Answer>>
}

export function createThread<Question, Answer>(
  make: () => Worker,
  clock: Clock,
): Thread<Question, Answer> {
  let running: Running<Answer> | undefined
  let asked = 0
  let holders = 0
  let restEnds = (): void => {}

  function begin(): Running<Answer> {
    const one: Running<Answer> = { worker: make(), waiting: new Map() }
    const lost = (error: Error): void => {
      if (running === one) running = undefined
      for (const held of one.waiting.values()) held.reject(error)
      one.waiting.clear()
    }
    one.worker.on('message', (answered: Answered<Answer>) => take(one, answered))
    one.worker.on('error', (error) => lost(error instanceof Error ? error : new Error(`${error}`)))
    one.worker.on('exit', () => lost(new Error('The thread has ended.')))
    return one
  }

  function take({ waiting }: Running<Answer>, answered: Answered<Answer>): void {
    const held = waiting.get(answered.id)
    waiting.delete(answered.id)
    if ('answer' in answered) held?.resolve(answered.answer)
    else held?.reject(errorOf(answered.failure))
    rest()
  }

  function rest(): void {
    if (!running || running.waiting.size > 0 || holders > 0) return
    // Nobody waits for it: a process that has nothing else to do may end.
    running.worker.unref()
    restEnds()
    restEnds = clock.timer(THREAD_IDLE_MS, () => void end())
  }

  async function end(): Promise<void> {
    restEnds()
    const ending = running
    // Who asks from now on asks the next one.
    running = undefined
    await ending?.worker.terminate()
  }

  return {
    ask(question) {
      restEnds()
      running ??= begin()
      running.worker.ref()
      const id = asked++
      const held = Promise.withResolvers<Answer>()
      running.waiting.set(id, held)
      const message: Asked<Question> = { id, question }
      running.worker.postMessage(message)
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

function errorOf({ code, ours, message }: Failure): Error {
  if (ours && code !== undefined) return new MyceliumError(code, message)
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
