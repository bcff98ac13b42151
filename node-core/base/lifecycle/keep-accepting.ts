import type { Server } from 'node:net'
import type { Logger } from '../log/index.ts'

/**
 * Node tells of a connection that cannot be taken, as where no file is left to open, by an error of the
 * server: without a listener it would end the process. Said once for each server.
 */
export function keepAccepting(server: Server, logger: Logger, at: Record<string, unknown>): void {
  let told = false
  server.on('error', (error) => {
    if (!told) logger.warn('connections cannot be taken', { ...at, why: error.message })
    told = true
  })
}
