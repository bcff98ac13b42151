/** One instance's door: a socket in a folder of its own, from its opening to its end. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { keepAccepting } from '../../../base/lifecycle/index.ts'
import { SOCKET_NAME } from '../../../work/runners/index.ts'
import { type AnsweringDeps, createAnswer } from './answering.ts'
import {
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
} from './limits.ts'
import { servePassages } from './passages.ts'

export interface InstanceDoor {
  /** Cuts what is open. The folder stays: a container that goes on running holds it. */
  close(): Promise<void>
}

/**
 * The folder may be there from an earlier life of this node, and is then used again: a container sees
 * the folder that it was started with, and what comes to be in it.
 */
export async function openInstanceDoor(deps: AnsweringDeps, folder: string): Promise<InstanceDoor> {
  const answer = createAnswer(deps)
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  })
  server.maxConnections = CONNECTIONS_MAX
  server.on('request', (request, response) => answer(request, response, () => {}))
  server.on('checkContinue', (request, response) =>
    answer(request, response, () => response.writeContinue()),
  )
  const cutPassages = servePassages(server, deps)
  // Others may pass, so that an instance of another user gets to the socket, and may not look around.
  await mkdir(folder, { recursive: true, mode: 0o711 })
  await chmod(folder, 0o711)
  const socket = path.join(folder, SOCKET_NAME)
  await rm(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  keepAccepting(server, deps.logger, { socket })
  // Who the instance is on this computer is not known before it runs; the token tells.
  await chmod(socket, 0o666)
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cutPassages()
        server.closeAllConnections()
      }),
  }
}
