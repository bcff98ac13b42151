/** What the parts of a network need of the node they are parts of. */
import type { Clock } from './base/clock/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import type { Logger } from './base/log/index.ts'
import type { Random } from './base/random/index.ts'
import type { Settings, StoredNetwork } from './home.ts'
import type { Identity } from './joining.ts'
import type { NodeConfig } from './node-config.ts'

export interface RuntimeDeps {
  config: NodeConfig
  identity: Identity
  stored: StoredNetwork
  disk: FileDisk
  settings(): Settings
  name(): string
  clock: Clock
  random: Random
  logger: Logger
}
