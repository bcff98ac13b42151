/** A home, a shared folder and a shelf of bundles, gone afterwards with all that ran in them. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSystemClock } from '../../../../base/clock/index.ts'
import { createSilentLogger, type Logger } from '../../../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../../../base/net/index.ts'
import type { OwnerId } from '../../../../identity/index.ts'
import type { Ipv4Range } from '../../../addresses/index.ts'
import { createFirewall, createShield, type Shield } from '../../../shield/index.ts'
import { testPlace } from '../../../shield/testing/test-place.ts'
import type { Workload } from '../../../spec/index.ts'
import type { GpuLeases } from '../../gpus/index.ts'
import type { StartRequest } from '../../index.ts'
import { createProcessRunner, PROGRAM_USERS, type ProcessRunner } from '../index.ts'
import { createBundleShelf } from './bundle-shelf.ts'

export const OWNER = 'c'.repeat(64) as string as OwnerId
export const WEB = [{ containerPort: 8080, protocol: 'tcp' as const }]

export async function openBench({ opened }: { opened?: readonly Ipv4Range[] } = {}) {
  const root = await mkdtemp(join(tmpdir(), 'mycelium-process-test-'))
  const sharedFolder = await mkdtemp(join(tmpdir(), 'mycelium-process-shared-'))
  await chmod(sharedFolder, 0o711)
  const bundles = await createBundleShelf(join(root, 'shelf'))
  const shields = new Map<NodeId, Shield>()
  const runners: ProcessRunner[] = []
  const homeOf = (of: NodeId): string => join(root, 'homes', of.slice(0, 8), 'instances')
  const volumesOf = (of: NodeId): string => join(homeOf(of), '..', 'volumes')
  // New ones each time, since nodes of one machine share its control groups and process table.
  const [node, foreignNode] = [newNodeId(), newNodeId()]

  for (const id of [node, foreignNode]) {
    const deps = { node: id, firewall: createFirewall(), clock: createSystemClock() }
    const given = { users: PROGRAM_USERS, place: testPlace(), ...(opened && { opened }) }
    shields.set(id, createShield({ ...deps, logger: createSilentLogger() }, given))
  }
  for (const shield of shields.values()) await shield.start()

  const runner = (
    of: NodeId = node,
    more: { logger?: Logger; sharedFolder?: string; fixedDisks?: boolean; gpus?: GpuLeases } = {},
  ): ProcessRunner => {
    const shield = shields.get(of)
    if (!shield) throw new Error('unknown node')
    const made = createProcessRunner(
      {
        ...{ node: of, owner: OWNER, shield },
        network: 'garden',
        bundles,
        clock: createSystemClock(),
        logger: more.logger ?? createSilentLogger(),
        folder: homeOf(of),
        volumesFolder: volumesOf(of),
      },
      {
        nodeRuntime: process.execPath,
        sharedFolder: more.sharedFolder ?? sharedFolder,
        fixedDisks: more.fixedDisks ?? true,
        ...(more.gpus && { gpus: more.gpus }),
      },
    )
    runners.push(made)
    return made
  }

  return {
    root,
    sharedFolder,
    bundles,
    node,
    foreignNode,
    folder: homeOf(node),
    volumesFolder: volumesOf(node),
    /** Of instances; what makes shelters ready stays. */
    async leftovers() {
      return (await readdir(homeOf(node))).filter((name) => !name.startsWith('.'))
    },
    /** What the node of this bench wrote down of an instance. */
    async recordOf(id: string): Promise<{
      process: { pid: number }
      userId?: number
      workFolder: string
      cgroups: string[]
    }> {
      return JSON.parse(await readFile(join(homeOf(node), id, 'record.json'), 'utf8'))
    },
    runner,
    /** As a node does that stops, and starts again. */
    async restartShields({ stopOnly = false } = {}) {
      for (const shield of shields.values()) {
        await shield.stop()
        if (!stopOnly) await shield.start()
      }
    },
    async close() {
      for (const shield of shields.values()) await shield.start()
      for (const each of runners) await each.stop()
      for (const id of [node, foreignNode]) {
        const last = runner(id)
        await last.start()
        for (const each of await last.list()) await last.end(each.id, { graceMs: 0 })
        await last.stop()
      }
      for (const shield of shields.values()) await shield.stop()
      await rm(root, { recursive: true, force: true })
      await rm(sharedFolder, { recursive: true, force: true })
    },
  }
}
export type Bench = Awaited<ReturnType<typeof openBench>>

let serial = 0
export function requestFor(workload: Workload, more: Partial<StartRequest> = {}): StartRequest {
  return {
    id: `${workload.name}-0-p${process.pid.toString(36)}${serial++}`,
    workload,
    index: 0,
    generation: 1,
    signal: AbortSignal.timeout(30_000),
    onProgress: () => {},
    ...more,
  }
}

function newNodeId(): NodeId {
  const id = parseNodeId(randomBytes(32).toString('hex'))
  if (!id) throw new Error('no id')
  return id
}
