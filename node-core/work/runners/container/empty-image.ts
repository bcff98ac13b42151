/**
 * The image without files, of which networks and names of containers and the firewall's hands are made:
 * whoever needs it makes it, and it goes when a node stops and nothing is made of it any more. What still
 * runs keeps it, and so do other nodes of this computer; one that finds it gone makes it again.
 */
import type { Clock } from '../../../base/clock/index.ts'
import { messageOf } from '../../../base/errors/index.ts'
import type { Lifecycle } from '../../../base/lifecycle/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { createEngine, type Engine } from './engine.ts'
import { type Located, locate } from './socket.ts'

export interface EmptyImageDeps {
  clock: Clock
  logger: Logger
}

export function createEmptyImage({ clock, logger }: EmptyImageDeps, at: Located): Lifecycle {
  const engine: Pick<Engine, 'removeEmptyImage'> = createEngine(() => locate(at), clock)
  return {
    async start() {},
    async stop() {
      await engine.removeEmptyImage().catch((error) => {
        // Without its engine nothing can be taken away there; the next stop does it.
        logger.debug('The image without files stays', { reason: messageOf(error) })
      })
    },
  }
}
