/**
 * The config of a home whose data lies in another folder. It alone says where that is, so it goes after the
 * data; and since nothing of the data then tells that an uninstall began, a mark beside the config does.
 */
import { rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createFileDisk } from '../node-core/base/disk/index.ts'
import { FORMER_NODES, isHalfUninstalled } from '../node-core/former-nodes.ts'
import type { Context } from './context.ts'

type Homes = Pick<Context, 'home' | 'configHome'>

/** Nothing stays of the data, which is about to go. */
export async function markConfig({ home, configHome }: Homes): Promise<void> {
  if (configHome === home) return
  const text = `${JSON.stringify({ version: 1, nodes: [] }, null, 2)}\n`
  await writeFile(path.join(configHome, FORMER_NODES), text, { mode: 0o600 })
}

export async function isMarked({ home, configHome }: Homes): Promise<boolean> {
  return configHome !== home && isHalfUninstalled(createFileDisk(configHome))
}

/** The config goes, and the mark last. */
export async function dropConfig({ home, configHome }: Homes): Promise<void> {
  if (configHome === home) return
  await rm(path.join(configHome, 'config.toml'), { force: true })
  await rm(path.join(configHome, FORMER_NODES), { force: true })
  await rmdir(configHome).catch(() => {
    // Something of others is in it, or it is gone.
  })
}

/** Something stays after all: a mark of a run before does not count. */
export async function keepConfig({ home, configHome }: Homes): Promise<void> {
  if (configHome !== home) await rm(path.join(configHome, FORMER_NODES), { force: true })
}
