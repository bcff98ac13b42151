import type { IncomingMessage } from 'node:http'

export function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://node')
  } catch {
    return new URL('/', 'http://node')
  }
}
