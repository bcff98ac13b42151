/**
 * The lines of isolation on this computer, one after the other, with figures: run by `npm run isolation`
 * here, and by `npm run isolation -- --vm` in a virtual machine as well. Ends with 1 where one does not hold.
 */
import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { containerLines } from './containers.ts'
import type { Line } from './line.ts'
import { programLines } from './programs.ts'

const MODULES = '/sys/kernel/security/lsm'

let failed = 0
const tell = ({ kind, name, found, holds }: Line): void => {
  if (!holds) failed++
  console.log(`${holds ? 'holds' : 'FAILS'}  ${kind.padEnd(10)} ${name.padEnd(36)} ${found}`)
}
const unified = existsSync('/sys/fs/cgroup/cgroup.controllers')
const modules = existsSync(MODULES) ? readFileSync(MODULES, 'utf8').trim() : 'not shown'
console.log(`Linux ${release()}, control groups ${unified ? 2 : 1}, security modules: ${modules}`)
await programLines(tell)
await containerLines(tell)
console.log(failed === 0 ? 'All lines hold.' : `${failed} lines do not hold.`)
process.exit(failed === 0 ? 0 : 1)
