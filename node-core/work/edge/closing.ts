import type { EventEmitter } from 'node:events'

/** Aborted once it has closed; an answer of HTTP/2 does not say itself that it has. */
export function closing(connection: EventEmitter & { destroyed: boolean }): AbortSignal {
  const controller = new AbortController()
  if (connection.destroyed) controller.abort()
  else connection.once('close', () => controller.abort())
  return controller.signal
}
