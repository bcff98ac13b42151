/**
 * What `lsm_profile: "landlock"` keeps a program to, by the kernel's Landlock (landlock(7)): it reads and
 * runs what its shelter shows, and writes, makes and removes below its own folder and in memory alone.
 * A second lock beside the mounts: it holds for whatever file the program comes by, and for good.
 * util-linux's setpriv sets it, from 2.41 on.
 */
import { runTool } from './run-tool.ts'
import { WORK_AT } from './shelter.ts'

/** Every other name is one of AppArmor's. */
export const LANDLOCK = 'landlock'

const READ = 'execute,read-file,read-dir'
const WRITE = [
  ...['write-file', 'truncate', 'refer', 'remove-dir', 'remove-file'],
  ...['make-dir', 'make-reg', 'make-sock', 'make-fifo', 'make-sym'],
].join(',')

const rule = (rights: string, path: string): string[] => [
  '--landlock-rule',
  `path-beneath:${rights}:${path}`,
]

/** Words of setpriv's, in a shelter. */
export const LANDLOCK_WORDS = [
  ...['--landlock-access', 'fs'],
  ...rule(READ, '/'),
  ...[WORK_AT, '/tmp', '/dev/shm'].flatMap((path) => rule(WRITE, path)),
  // Devices that are harmless: who may not write to /dev/null runs no shell script.
  ...rule('write-file', '/dev'),
]

/** Whether the kernel and the tool have it, found out by doing it. */
export async function hasLandlock(setpriv: string): Promise<boolean> {
  const words = ['--no-new-privs', '--landlock-access', 'fs', ...rule(READ, '/')]
  return runTool({ file: setpriv, args: [...words, '/bin/sh', '-c', ':'] }).then(
    () => true,
    () => false,
  )
}
