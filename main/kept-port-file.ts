import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { type KeptPort, parseKeptPort } from './kept-port.ts'

/** Whose port it is. */
export type PortOf = 'api' | 'edge'

const fileIn = (home: string, of: PortOf): string => path.join(home, `${of}-port.json`)

export function readKeptPort(home: string, of: PortOf, expected: number): KeptPort | undefined {
  try {
    return parseKeptPort(readFileSync(fileIn(home, of), 'utf8'))
  } catch {
    // Not written yet. A home that is in a network had its ports where they are expected, before this was kept.
    return existsSync(path.join(home, 'genesis.cbor')) ? { own: expected } : undefined
  }
}

/** Whole or not at all. Losing it may cost a port, which is then said, so it only warns. */
export function writeKeptPort(
  { home, of }: { home: string; of: PortOf },
  port: KeptPort,
  logger: Logger,
): void {
  const file = fileIn(home, of)
  try {
    writeFileSync(`${file}.new`, JSON.stringify(port))
    renameSync(`${file}.new`, file)
  } catch (error) {
    logger.warn('A port could not be kept.', { of, reason: messageOf(error) })
  }
}
