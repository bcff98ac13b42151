/** The program as people install it: bundled. */
import { execFileSync } from 'node:child_process'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const FOLDER = path.join(ROOT, 'dist/bench')
let made = false

/** Its command line; bundled at the first call. */
export function bundledCli(): string {
  if (!made) {
    const pack = [path.join(ROOT, 'scripts/pack.ts'), '--out', FOLDER]
    execFileSync(process.execPath, pack, { stdio: ['ignore', 'ignore', 'inherit'] })
    made = true
  }
  return path.join(FOLDER, 'cli/mycelium.js')
}
