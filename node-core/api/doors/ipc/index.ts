/**
 * The door for the window of the desktop app: the router over anything that looks like a
 * MessagePort. Who sits at the other end (frame and origin) is checked by whoever hands the port
 * over; what comes through is checked against the contract.
 *
 *     const door = createIpcDoor({ router, logger })
 *     const detach = door.attach(port)
 *     detach() // ends every call and stream of that port
 */
import type { Logger } from '../../../base/log/index.ts'
import type { Router } from '../../handlers/index.ts'

/** The part of a MessagePort that is needed; a message is text or bytes. */
export interface PortLike {
  postMessage(message: unknown): void
  addEventListener(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void
}

export interface IpcDoor {
  /** Serves the port until it closes or the returned function is called; safe to call twice. */
  attach(port: PortLike): () => void
}

export interface IpcDoorDeps {
  router: Router
  logger: Logger
}

export { createIpcDoor } from './door.ts'
