/** What a program says in a process that is as unlike this one as another machine may be. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const ROOT = path.resolve(import.meta.dirname, '..')
/** Its zone, its words, its compiler and its hashes. */
const ENV = { PATH: process.env.PATH, TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8' }
const FLAGS = ['--no-opt', '--random-seed=1', '--hash-seed=1', '--max-semi-space-size=1']

/** `args` are node's, from the root of the repository. */
export async function saidElsewhere(args: readonly string[]): Promise<string> {
  const command = [...FLAGS, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: ROOT, env: ENV })
  return stdout
}
