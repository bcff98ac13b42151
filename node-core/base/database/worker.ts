/** The thread's entry: one engine, questions in order. */
import { workerData } from 'node:worker_threads'
import { answerEach } from '../thread/index.ts'
import { type Engine, openEngine } from './engine.ts'
import type { Answer, Question } from './messages.ts'

const path = String(workerData)
let engine: Engine | undefined

answerEach<Question, Answer>((question) => {
  // Whole once, when the node begins; not each time that a thread goes on with it.
  engine ??= openEngine(path, { check: question.ask === 'open' })
  switch (question.ask) {
    case 'open':
      return []
    case 'write':
      engine.write(question.batch)
      return []
    case 'all':
      return engine.all(question.sql, question.params)
  }
})
