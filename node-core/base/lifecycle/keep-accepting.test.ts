import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { createMemoryLogger, type LogLine } from '../log/index.ts'
import { keepAccepting } from './index.ts'

it('outlasts connections that cannot be taken, and says so once', () => {
  const log: LogLine[] = []
  const server = createServer()
  keepAccepting(server, createMemoryLogger(log), { port: 80 })
  // As Node tells of it.
  for (let times = 0; times < 3; times++) server.emit('error', new Error('accept EMFILE'))
  expect(log.map(({ level }) => level)).toEqual(['warn'])
})
