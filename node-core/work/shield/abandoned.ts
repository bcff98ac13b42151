/**
 * Chains outlive a node that is killed, as what it ran does, and the node takes them over when it comes
 * back. One whose home was deleted never does, and every packet of this computer would go through the
 * ways into its chains for good. So each node notes where its home is, and whoever starts takes along
 * the chains of those whose home is gone and of whom nothing runs.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { linkPrefixOf, usersOf } from './rules.ts'

/** It goes with the computer's next start, as the rules do. */
export const NOTES_FOLDER = '/run/mycelium-shields'

/** Whole or not at all: half a path would be a home that is gone. */
export async function noteHome(folder: string, node: string, home: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const fresh = join(folder, `.${nameOf(node)}.${process.pid}`)
  await writeFile(fresh, home)
  await rename(fresh, join(folder, nameOf(node)))
}

export async function forgetHome(folder: string, node: string): Promise<void> {
  await rm(join(folder, nameOf(node)), { force: true })
}

/** Nodes, as the names of their chains have them, whose home is gone. */
export async function homelessNodes(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{12}$/.test(name))
  const homes = await Promise.all(
    // One whose note is gone meanwhile has stopped in order, or another node has taken its rules along.
    names.map((name) => readFile(join(folder, name), 'utf8').catch(() => undefined)),
  )
  return names.filter((_, at) => {
    const home = homes[at]
    return home !== undefined && !existsSync(home)
  })
}

/** Whether something runs that these rules of a node bound. */
export async function boundsSomething(node: string, rules: readonly string[]): Promise<boolean> {
  const links = (await readdir('/sys/class/net')).filter((link) =>
    link.startsWith(linkPrefixOf(node)),
  )
  if ((await Promise.all(links.map(leadsSomewhere))).includes(true)) return true
  const users = usersOf(node, rules)
  if (users.size === 0) return false
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const owners = await Promise.all(processes.map(userOf))
  return owners.some((user) => user !== undefined && users.has(user))
}

/** An engine that is killed leaves its bridges, with nothing at them. */
async function leadsSomewhere(link: string): Promise<boolean> {
  const ports = await readdir(join('/sys/class/net', link, 'brif')).catch(() => undefined)
  return ports === undefined || ports.length > 0
}

/** As its own word has it: the owner of a folder in /proc may be root for a process that hides its memory. */
async function userOf(process: string): Promise<number | undefined> {
  // One that ended meanwhile is nobody's.
  const status = await readFile(join('/proc', process, 'status'), 'utf8').catch(() => '')
  const user = /^Uid:\s+(\d+)/m.exec(status)
  return user ? Number(user[1]) : undefined
}

function nameOf(node: string): string {
  return node.slice(0, 12)
}
