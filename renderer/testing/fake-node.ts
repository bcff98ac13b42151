/**
 * A node made of a scenario, serving the contract and the built window as the real HTTP door does.
 * For looking at the window and testing it; never part of the product.
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { ORPCError } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { createFakeRouter, type FakeRouter } from './fake-router/index.ts'
import { SAYS } from './fake-router/says.ts'
import { makeScenario, SCENARIOS, type ScenarioName } from './scenarios/index.ts'

export interface FakeNode {
  origin: string
  /** The address that opens the window on a scenario. */
  link(scenario: ScenarioName): string
  router(scenario: ScenarioName): FakeRouter
  /** Cuts every open line, as a node that dies would. */
  cut(): void
  /** Lets nobody in while true. */
  setDown(down: boolean): void
  /** Hears what is asked while true, and answers none of it. */
  setSilent(silent: boolean): void
  /** Operations in the order in which they were asked for: `workloads.deploy`. */
  asked: readonly string[]
  /** Hears an operation, and does and answers it once it is let go. */
  hold(operation: string): () => void
  /** The next of this operation fails, as many times. */
  fail(operation: string, times?: number): void
  /** Begins every scenario anew, lets everybody in and answers. */
  forget(): void
  stop(): Promise<void>
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** A code is the name of a scenario, and so is the token it is traded for. */
export async function startFakeNode(windowFolder: string): Promise<FakeNode> {
  const routers = new Map<ScenarioName, FakeRouter>()
  let down = false
  let silent = false
  let asked: string[] = []
  const held = new Map<string, Promise<void>>()
  const failing = new Map<string, number>()
  const router = (name: ScenarioName): FakeRouter => {
    const found = routers.get(name) ?? createFakeRouter(makeScenario(name))
    routers.set(name, found)
    return found
  }

  const answering = <T>({ next }: { next: () => Promise<T> }): Promise<T> => {
    return silent ? new Promise(() => {}) : next()
  }
  const steered = async <T>(call: { path: readonly string[]; next: () => Promise<T> }) => {
    const operation = call.path.join('.')
    asked.push(operation)
    await held.get(operation)
    const times = failing.get(operation) ?? 0
    if (times === 0) return call.next()
    failing.set(operation, times - 1)
    throw new ORPCError('UNAVAILABLE', { message: SAYS.failed })
  }

  const server = createServer((request, response) => {
    void answer(request, response, windowFolder)
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, stream, head) => {
    if (down) {
      stream.destroy()
      return
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      socket.once('message', (data) => {
        const token = readName(String(data), 'token')
        if (!token) {
          socket.close(4401)
          return
        }
        const options = { interceptors: [answering], clientInterceptors: [steered] }
        void new RPCHandler(router(token).router, options).upgrade(socket)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const origin = `http://127.0.0.1:${port}`
  const cut = (): void => {
    for (const socket of sockets.clients) socket.terminate()
  }

  return {
    origin,
    link: (scenario) => `${origin}/#code=${scenario}`,
    router,
    cut,
    setDown: (value) => {
      down = value
    },
    setSilent: (value) => {
      silent = value
    },
    get asked() {
      return asked
    },
    hold(operation) {
      let letGo = (): void => {}
      held.set(operation, new Promise((resolve) => (letGo = resolve)))
      return () => {
        held.delete(operation)
        letGo()
      }
    },
    fail: (operation, times = 1) => void failing.set(operation, times),
    forget() {
      routers.clear()
      asked = []
      held.clear()
      failing.clear()
      down = false
      silent = false
    },
    async stop() {
      cut()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
): Promise<void> {
  if (request.method === 'POST' && request.url === '/api/session') {
    let text = ''
    for await (const part of request) text += String(part)
    const token = readName(text, 'code')
    response.writeHead(token ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ token }))
    return
  }
  const file = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1)
  try {
    const bytes = await readFile(path.join(folder, file))
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      // As the node's own door does: the bundler puts a hash of the content into these names.
      'cache-control': file.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    })
    response.end(bytes)
  } catch {
    response.writeHead(404).end()
  }
}

function readName(text: string, field: string): ScenarioName | undefined {
  const value: unknown = Reflect.get(Object(JSON.parse(text)), field)
  return SCENARIOS.find((name) => name === value)
}
