/**
 * A Node for what needs one of its own: programs from bundles, and the forwarders of containers.
 * The app itself is none, by a fuse. The package brings one beside the app; otherwise that of the PATH.
 */
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

export interface RuntimeSearch {
  /** Where the package keeps what is not in its archive; undefined where it is not packaged. */
  resources: string | undefined
  /** `PATH` of this process. */
  searchPath: string
  runs(file: string): boolean
}

export function findNodeRuntime({ resources, searchPath, runs }: RuntimeSearch) {
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  const packaged = resources === undefined ? [] : [path.join(resources, 'runtime')]
  const folders = [...packaged, ...searchPath.split(path.delimiter).filter(path.isAbsolute)]
  return folders.map((folder) => path.join(folder, program)).find(runs)
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
