/** Ports of this machine's loopback, and what answers there. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'

/**
 * One that nothing listens on at the moment. Below those that the system hands out by itself (Linux:
 * from 32768), or another test's server could come by it before it is used or while it is to be free.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}

/** What is answered to a request on a connection of its own. */
export async function bodyOf(url: string): Promise<string> {
  const request = get(url, { agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return text(response)
}
