/** Ports of instances: on this host's loopback and nowhere else. */
import { createServer } from 'node:net'
import { MyceliumError } from '../../base/errors/index.ts'

/**
 * A port that was free a moment ago and is not the node's own: the wanted one, or any. Nothing holds it until the instance
 * listens, so whoever starts the instance must still expect it to be taken.
 */
export async function findLoopbackPort(wanted?: number, own: OwnPorts = NONE): Promise<number> {
  if (wanted !== undefined && own.has(wanted)) throw portOwn(wanted)
  for (;;) {
    const port = await freePort(wanted)
    if (!own.has(port)) return port
  }
}

/** Ports that this node itself needs. Between its own end and its next start they look free. */
export type OwnPorts = Pick<ReadonlySet<number>, 'has'>

const NONE: OwnPorts = new Set()

function freePort(wanted?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (cause) => {
      reject(portTaken(wanted ?? 0, cause))
    })
    server.listen({ port: wanted ?? 0, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      server.close(() => (port ? resolve(port) : reject(portTaken(wanted ?? 0))))
    })
  })
}

/** Whoever shows it says of which computer. */
export function portTaken(port: number, cause?: unknown): MyceliumError<'PORT_TAKEN'> {
  const message = `Port ${port} is taken by something else. End that, or publish it on another port.`
  return new MyceliumError('PORT_TAKEN', message, { cause, details: { port } })
}

export function portOwn(port: number): MyceliumError<'PORT_TAKEN'> {
  const needed = `Port ${port} is one that the node there needs itself.`
  return new MyceliumError('PORT_TAKEN', `${needed} Publish it on another port.`, {
    details: { port },
  })
}
