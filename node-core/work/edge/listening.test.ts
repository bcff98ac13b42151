import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { createMemoryLogger, type LogLine } from '../../base/log/index.ts'
import { listen } from './listening.ts'

it('goes on where a connection cannot be taken', async () => {
  const log: LogLine[] = []
  const server = createServer((client) => client.end('here'))
  const at = { host: '127.0.0.1', port: 0, logger: createMemoryLogger(log), instead: '' }
  const port = await listen(server, at)
  // As Node tells of it where no file is left to open.
  for (let times = 0; times < 3; times++) server.emit('error', new Error('accept EMFILE'))
  const [answer] = await once(connect(port, '127.0.0.1'), 'data')
  expect(String(answer)).toBe('here')
  expect(log.filter(({ level }) => level === 'warn')).toHaveLength(1)
  server.close()
})
