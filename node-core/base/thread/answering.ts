/** The thread's own end. */
import { parentPort } from 'node:worker_threads'
import { assert, MyceliumError, messageOf } from '../errors/index.ts'
import type { Answered, Asked } from './messages.ts'

/** Answers every question, the second before the first where that takes longer. */
export function answerEach<Question, Answer>(
  answerTo: (question: Question) => Answer | Promise<Answer>,
): void {
  const port = parentPort
  assert(port, 'A worker runs in a worker thread.')
  const answer = async ({ id, question }: Asked<Question>): Promise<Answered<Answer>> => {
    try {
      return { id, answer: await answerTo(question) }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
      return {
        id,
        failure: { code, ours: error instanceof MyceliumError, message: messageOf(error) },
      }
    }
  }
  port.on('message', (asked: Asked<Question>) => {
    void answer(asked).then((answered) => port.postMessage(answered))
  })
}
