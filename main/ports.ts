import { createServer } from 'node:net'

export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await probe(port, host)) !== undefined
}

/** A port that is free now. */
export async function pickFreePort(host = '127.0.0.1'): Promise<number> {
  return (await probe(0, host)) ?? 0
}

/** The port that could be listened on, which is left again at once. */
function probe(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
