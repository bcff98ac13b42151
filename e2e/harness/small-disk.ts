/** A file system of a fixed size in place of a folder. Takes root. */
import { execFileSync } from 'node:child_process'

export interface SmallDisk {
  /** What is on it stays. */
  enlarge(mebibytes: number): void
  remove(): void
}

export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk {
  const mount = (options: string): void => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' })
  }
  mount(`size=${mebibytes}m`)
  return {
    enlarge: (larger) => mount(`remount,size=${larger}m`),
    // What still holds a file of it keeps it until it lets go.
    remove: () => execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}
