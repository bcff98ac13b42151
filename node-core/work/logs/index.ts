/**
 * What instances write ([ADR 31](../../../docs/adr/0031-what-instances-write-and-commands-inside-them.md)).
 * Each node keeps it for its own instances as they write it, within bounds, beyond their end; others
 * keep a copy of the end of it; and any log is read from any node.
 *
 *     const logs = createLogs({ net, view, disk, … })
 *     const reconciler = createReconciler({ …, keeper: logs.keeper })
 *     for await (const line of logs.read({ workload: 'web' }, { tail: 20, follow: true })) …
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { WorkView } from '../reconcile/index.ts'
import type { LogLineOut, OutputKeeper } from '../runners/index.ts'
import type { HeldLog } from './messages.ts'

/** One line, and who wrote it. */
export interface InstanceLogLine extends LogLineOut {
  instance: string
  node: NodeId
  /** Where it stands, for `after`; none where it is no line of that log, but said beside it. */
  place?: string
}

export interface LogReadOptions {
  /**
   * The last lines: of all together, or of each when following. Default and at most 100,000, or all
   * that is kept.
   */
  tail?: number | 'all'
  /** Goes on with what comes, new instances included, until `signal` aborts. */
  follow?: boolean
  /**
   * The place of the last line that is known of each instance: what stands behind them, whatever its
   * time, and of instances that none is of all that is kept, in place of `tail`. What is kept no more
   * of that is said. Throws BAD_PLACE for one that no node said.
   */
  after?: readonly string[]
  /** ISO 8601: nothing from before. */
  since?: string
  /** Only lines that contain it, in whatever case. */
  grep?: string
  /** Of instances that are gone, and what those that are there wrote before they were started again. */
  previous?: boolean
  signal?: AbortSignal
}

export interface LogSubject {
  workload?: string
  instance?: string
}

/** A log that can be read, of an instance that may be gone. */
export type KeptLog = HeldLog

export interface Logs extends Lifecycle {
  /** Where the reconciler's instances are kept from. */
  readonly keeper: OutputKeeper
  /**
   * Of a workload that is wanted the copies whose nodes were given them; of others that say so only
   * that they do, unless one is asked for by its id. Throws NOT_FOUND when nobody tells of such an instance, FORBIDDEN when
   * its node keeps it.
   */
  read(of: LogSubject, options?: LogReadOptions): AsyncIterable<InstanceLogLine>
  /** Of every instance whose log somebody in reach has, the newest first. */
  kept(of: LogSubject): Promise<KeptLog[]>
}

export interface LogsDeps {
  net: Pick<Net, 'self' | 'openStream' | 'onStream' | 'request' | 'onRequest'>
  view: Pick<WorkView, 'instances' | 'desired' | 'entrusted' | 'subscribe'>
  disk: Pick<Disk, 'list' | 'read' | 'size' | 'remove' | 'openAppend' | 'writeAtomic'>
  nodes: LogNodes
  /** Whether the owner of that node holds `use` in the network. */
  mayUse(peer: NodeId): boolean
  clock: Clock
  logger: Logger
}

export interface LogNodes {
  /** Others that are here now. */
  live(): readonly NodeId[]
  /** Those of them that are there for others. */
  serving(): readonly NodeId[]
  nameOf(node: NodeId): string
  /** Somebody has come or gone. */
  subscribe(listener: () => void): () => void
}

export { createLogs } from './logs.ts'
