import { createServer } from 'node:net'

/**
 * The port that a person would expect, or 0 (any free one) when another program has it: an app that
 * is opened by a click cannot ask for a flag. Where the node answers then stands in its status.
 */
export function preferPort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)))
  })
}
