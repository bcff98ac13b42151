/** Where the doors of instances may lie, with what is handed over beside them: secrets as files. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { FileDisk } from './base/disk/index.ts'
import type { NodeId } from './base/net/index.ts'

export interface DoorsOf {
  disk: Pick<FileDisk, 'root'>
  node: NodeId
}

/**
 * Where the node is root its programs are other users, who cannot pass its home. In memory first, since
 * secrets that are handed over as files lie beside the sockets.
 */
export function doorFolders({ disk, node }: DoorsOf): string[] {
  if (process.platform === 'win32') return []
  const inHome = path.join(disk.root, 'run', 'api')
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const name = node.slice(0, 16)
  const { XDG_RUNTIME_DIR: ofTheUser } = process.env
  if (isRoot) return [path.join('/run/mycelium', name), inHome]
  return ofTheUser ? [path.join(ofTheUser, 'mycelium', name), inHome] : [inHome]
}

/** Of a network that is left: doors are closed one by one only where what they were for could be ended. */
export async function forgetDoors(of: DoorsOf): Promise<void> {
  for (const folder of doorFolders(of)) await rm(folder, { recursive: true, force: true })
}
