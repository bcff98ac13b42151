/** Whole nodes for tests of the wiring. Each ends with its test, and its home with it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRouterClient } from '@orpc/server'
import { afterEach } from 'vitest'
import { createMemoryLogger } from './base/log/index.ts'
import { createNode, type NodeHost } from './node.ts'
import type { NodeConfig } from './node-config.ts'

const ended: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

export function endAfterwards(end: () => Promise<void>): void {
  ended.push(end)
}

/** On loopback, without an engine. */
export function newHome(): NodeConfig {
  const home = mkdtempSync(path.join(tmpdir(), 'mycelium-node-'))
  endAfterwards(async () => rmSync(home, { recursive: true, force: true }))
  return {
    home,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    mdns: false,
    apiPort: 0,
    edgePort: 0,
    engineSocket: path.join(home, 'no-engine.sock'),
    // Not more often: who is asked answers half as many in a minute.
    approvalIntervalMs: 1_000,
  }
}

/** A node in a home of its own. */
export async function startNode(config: Partial<NodeConfig> = {}, host: Partial<NodeHost> = {}) {
  const own = { ...newHome(), ...config }
  const logger = createMemoryLogger()
  const node = createNode(own, { ...host, logger })
  endAfterwards(() => node.stop())
  await node.start()
  const warnings = () => logger.lines.filter(({ level }) => level === 'warn' || level === 'error')
  const said = () => logger.lines.map(({ message }) => message)
  const call = createRouterClient(node.router, { context: {} })
  return { node, home: own.home, warnings, said, call }
}
