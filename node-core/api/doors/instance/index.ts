/**
 * The doors of instances: each running instance reaches the node it runs on by a socket of its own,
 * HTTP with a token of its own, and finds keys, leases, locks and secrets of its workload's namespace
 * there, what it is, and nothing else (docs/adr/0019, docs/SERVICES.md).
 *
 * ```ts
 * const doors = createInstanceDoors({ secret, folders, primary, … })
 * await doors.start()
 * const access = await doors.open({ id: 'web-0-abcdef', workload: 'web', index: 0, generation: 1 })
 * // the runner mounts access.folder, and hands over access.token
 * await doors.close('web-0-abcdef')
 * ```
 *
 * Promises:
 * - A door is there from when `open` resolves until `close`, and after a restart of the node again under
 *   the same path and token, so that what went on running comes in.
 * - Nobody comes in by another instance's token, and nothing outside the namespace is seen or changed.
 * - One instance's flood is refused at its own door, within bounds of its own.
 */
import type { Clock } from '../../../base/clock/index.ts'
import type { Lifecycle } from '../../../base/lifecycle/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { AccessedInstance, InstanceAccesses } from '../../../work/runners/index.ts'
import type { Secrets } from '../../../work/secrets/index.ts'
import type { SecretUse } from '../../../work/spec/index.ts'
import type { OwnConfig } from '../../contract/index.ts'
import type { InstanceNames, KeyPrimary, Standing } from '../../handlers/index.ts'

export interface InstanceDoors extends InstanceAccesses, Lifecycle {}

export interface InstanceDoorsDeps {
  /** 32 bytes that only this node has, the same for the life of its home: tokens come of it. */
  secret: Uint8Array
  /** Where sockets may lie, the best first. Made if missing; the first that serves is taken. */
  folders: readonly string[]
  primary: KeyPrimary
  secrets: Pick<Secrets, 'open' | 'markOf' | 'onChange'>
  /**
   * How to tell whose a workload's name is by now. Asked for at the opening, so that an instance on its
   * way out still counts as its owner's once the workload is gone.
   */
  standing(workload: string): () => Standing
  /** What instances of this workload are handed; undefined while nobody has told this node of it. */
  secretsOf(workload: string): readonly SecretUse[] | undefined
  /** What an instance is told of itself. */
  selfOf(instance: AccessedInstance): OwnConfig
  /** How an instance of this workload finds others. */
  namesOf(workload: string): InstanceNames
  clock: Clock
  logger: Logger
}

export { createInstanceDoors } from './doors.ts'
