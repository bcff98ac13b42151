/**
 * Commands inside instances, from any node, on the node that runs them
 * ([ADR 31](../../../docs/adr/0031-what-instances-write-and-commands-inside-them.md)). That node decides
 * who may, looks again while they run, and writes down who ran what.
 *
 *     const running = await commands.run('web-0-1a2b3c', { command: ['id'], input: false })
 *     for await (const { stream, bytes } of running.output) …
 *     await running.exitCode()
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { Reconciler, WorkView } from '../reconcile/index.ts'
import type { CommandRequest, RunningCommand } from '../runners/index.ts'
import type { AuditEntry } from './audit.ts'

export interface Commands extends Lifecycle {
  /**
   * Resolves once it runs. Throws NOT_FOUND when no node tells of the instance, NOT_ASSIGNED when whoever
   * does was not given it, FORBIDDEN when its node refuses, NOT_SUPPORTED for a kind that has no inside.
   */
  run(instance: string, request: CommandRequest): Promise<RunningCommand>
  /** The last commands inside instances of this node. */
  audit(count: number): Promise<AuditEntry[]>
}

export interface CommandsDeps {
  net: Pick<Net, 'self' | 'openStream' | 'onStream'>
  view: Pick<WorkView, 'instances' | 'entrusted'>
  reconciler: Pick<Reconciler, 'command'>
  disk: Pick<Disk, 'list' | 'read' | 'remove' | 'openAppend'>
  /** The owner of a node, if it may run commands inside instances of this workload. */
  mayCommand(peer: NodeId, workload: string): { owner: string; may: boolean }
  clock: Clock
  random: Random
  logger: Logger
}

export type { AuditEntry } from './audit.ts'
export { createCommands } from './commands.ts'
