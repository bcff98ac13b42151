/** A thread for tests: says what it is told to, fails or ends. */
import { MyceliumError } from '../../errors/index.ts'
import { answerEach } from '../index.ts'

type Question = { say: string; afterMs: number } | { fail: 'ours' | 'system' } | { exit: true }

answerEach(async (question: Question): Promise<string> => {
  if ('exit' in question) process.exit(0)
  if ('fail' in question) {
    if (question.fail === 'ours') throw new MyceliumError('DISK_FULL', 'The disk is full.')
    throw Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC' })
  }
  await new Promise((resolve) => setTimeout(resolve, question.afterMs))
  return question.say
})
