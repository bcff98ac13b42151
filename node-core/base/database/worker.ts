/** The thread's entry: one engine, messages in order. */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../errors/index.ts'
import { type Engine, failureOf, openEngine } from './engine.ts'
import type { Answer, Question } from './messages.ts'

const port = parentPort
assert(port, 'The database worker runs in a worker thread.')
let engine: Engine | undefined

port.on('message', (question: Question) => {
  port.postMessage(answerTo(question))
  if (question.ask === 'close') port.close()
})

function answerTo(question: Question): Answer {
  const { id } = question
  try {
    return { id, rows: run(question) }
  } catch (error) {
    return { id, failure: failureOf(error) }
  }
}

function run(question: Question) {
  engine ??= openEngine(String(workerData))
  switch (question.ask) {
    case 'open':
      return []
    case 'write':
      engine.write(question.batch)
      return []
    case 'all':
      return engine.all(question.sql, question.params)
    case 'close':
      engine.close()
      return []
  }
}
