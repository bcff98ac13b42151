import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { corkEachTurn } from './corking.ts'

const open: { destroy(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.destroy()
})

/** A socket, how often it was written to, and what arrives at its other end. */
async function makeSocket() {
  const received: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (data) => received.push(data)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const socket: Socket = connect(typeof address === 'object' && address ? address.port : 0)
  await once(socket, 'connect')
  open.push(socket, { destroy: () => server.close() })
  let writes = 0
  const { _write, _writev } = socket
  socket._write = (...args) => {
    writes++
    _write.apply(socket, args)
  }
  socket._writev = (...args) => {
    writes++
    _writev?.apply(socket, args)
  }
  corkEachTurn(socket)
  const text = (): string => Buffer.concat(received).toString()
  return { socket, text, writes: () => writes }
}

it('writes once what a turn and its promises send, in order', async () => {
  const { socket, text, writes } = await makeSocket()
  socket.write('a')
  socket.write('b')
  queueMicrotask(() => socket.write('c'))
  await expect.poll(text).toBe('abc')
  expect(writes()).toBe(1)
  socket.write('d')
  await expect.poll(text).toBe('abcd')
  expect(writes()).toBe(2)
})

it('still says when a socket is full, and when it has drained', async () => {
  const { socket, text } = await makeSocket()
  const piece = 'x'.repeat(1 << 20)
  expect(socket.write(piece)).toBe(false)
  await once(socket, 'drain')
  socket.end('y')
  await expect.poll(() => text().length).toBe(piece.length + 1)
})
