/** What keeps programs and containers from the home network: one shield for both where the node is root. */
import type { NamedPart } from './base/lifecycle/index.ts'
import { openedOf } from './opened.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import {
  type ContainerRunnerOptions,
  createEngineFirewall,
} from './work/runners/container/index.ts'
import { PROGRAM_USERS } from './work/runners/process/index.ts'
import { createFirewall, createShield, type Shield } from './work/shield/index.ts'

export interface ShieldSide {
  programs: Shield
  containers: Shield
  parts: NamedPart[]
}

export function createShieldSide(
  deps: RuntimeDeps,
  network: string,
  engine: ContainerRunnerOptions,
): ShieldSide {
  const { clock, identity } = deps
  const node = identity.nodeId
  const common = { clock, node, logger: deps.logger.child('shield') }
  const opened = openedOf(deps)
  const programs = createShield(
    { ...common, firewall: createFirewall() },
    { opened, users: PROGRAM_USERS, place: { home: deps.config.home } },
  )
  const part = { name: 'shield', part: programs }
  if (process.getuid?.() === 0) return { programs, containers: programs, parts: [part] }
  const firewall = createEngineFirewall({ clock, node, network }, engine)
  const containers = createShield({ ...common, firewall }, { opened })
  // Its runner starts it, once the engine is there by which it writes.
  const ending = { start: async () => {}, stop: () => containers.stop() }
  return { programs, containers, parts: [part, { name: 'shield of containers', part: ending }] }
}
