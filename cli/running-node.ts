/** What a running node leaves in its home for other programs of the same owner. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface FoundNode {
  pid: number
  api: string
}

/**
 * The node that holds a home, as `run/node.json` says. Read by hand: a command should answer at
 * once, and the schema library alone takes longer to load than the rest of it.
 */
export function findNode(home: string): FoundNode | undefined {
  const value = readJson(path.join(home, 'run', 'node.json'))
  if (typeof value !== 'object' || value === null) return undefined
  const pid: unknown = Reflect.get(value, 'pid')
  const api: unknown = Reflect.get(value, 'api')
  if (typeof pid !== 'number' || typeof api !== 'string') return undefined
  return isAlive(pid) ? { pid, api } : undefined
}

/** In a network now or before: all ways into one write this file, and leaving keeps it. */
export function wasInNetwork(home: string): boolean {
  return existsSync(path.join(home, 'settings.json'))
}

export function readToken(home: string): string | undefined {
  try {
    return readFileSync(path.join(home, 'api-token'), 'utf8').trim()
  } catch {
    // No such file: no node ever ran on this home.
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM'
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
