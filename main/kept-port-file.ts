import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { type EdgePorts, parseEdgePorts } from './edge-port.ts'
import { EDGE_PORT } from './limits.ts'

const fileIn = (home: string): string => path.join(home, 'edge-port.json')

export function readEdgePorts(home: string): EdgePorts | undefined {
  try {
    return parseEdgePorts(readFileSync(fileIn(home), 'utf8'))
  } catch {
    // Not written yet. A home that is in a network had its edge where it is expected, before this was kept.
    return existsSync(path.join(home, 'genesis.cbor')) ? { own: EDGE_PORT } : undefined
  }
}

/** Whole or not at all. Losing it may cost the edge its port, which is then said, so it only warns. */
export function writeEdgePorts(home: string, ports: EdgePorts, logger: Logger): void {
  const file = fileIn(home)
  try {
    writeFileSync(`${file}.new`, JSON.stringify(ports))
    renameSync(`${file}.new`, file)
  } catch (error) {
    logger.warn('The port of the edge could not be kept.', { reason: messageOf(error) })
  }
}
