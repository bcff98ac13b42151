/** Ports of instances: on this host's loopback and nowhere else. */
import { createServer } from 'node:net'
import { MyceliumError } from '../../base/errors/index.ts'

/**
 * A port that was free a moment ago: the wanted one, or any. Nothing holds it until the instance
 * listens, so whoever starts the instance must still expect it to be taken.
 */
export function findLoopbackPort(wanted?: number): Promise<number> {
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

export function portTaken(port: number, cause?: unknown): MyceliumError<'PORT_TAKEN'> {
  const taken = `Port ${port} of the computer that runs it is taken by something else.`
  const message = `${taken} End that there, or publish it on another port.`
  return new MyceliumError('PORT_TAKEN', message, { cause, details: { port } })
}
