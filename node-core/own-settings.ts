/** What the owner chose for this node: what the home remembers, and above it the config file and flags. */
import { hostname } from 'node:os'
import type { Disk } from './base/disk/index.ts'
import { readSettings, type Settings, writeSettings } from './home.ts'
import type { NodeConfig } from './node-config.ts'

export interface OwnSettings {
  /** As they were last read or changed. */
  now(): Settings
  /** Founding, joining and leaving write them on disk. */
  readAnew(): Promise<void>
  change(change: Pick<Settings, 'name' | 'role' | 'labels'>): Promise<void>
  /** What this computer is called. */
  name(): string
}

export async function openOwnSettings(
  disk: Disk,
  config: Pick<NodeConfig, 'name'>,
): Promise<OwnSettings> {
  let settings = await readSettings(disk)
  return {
    now: () => settings,
    async readAnew() {
      settings = await readSettings(disk)
    },
    async change(change) {
      settings = { ...settings, ...change }
      await writeSettings(disk, settings)
    },
    name: () => config.name ?? settings.name ?? hostname(),
  }
}
