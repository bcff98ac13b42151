/**
 * `npm run isolation`: the lines of isolation on this computer, with figures, then a node whose work
 * takes all that it can get. `-- --vm` asks the lines in a virtual machine with a kernel as most people
 * have it (control groups of version 2, AppArmor, Landlock), which takes some minutes in software.
 * Root, Docker's daemon and a static busybox are needed; for the machine `setup-debian.sh --isolation`.
 */
import { execFileSync } from 'node:child_process'
import path from 'node:path'

const CHECKOUT = path.resolve(import.meta.dirname, '../..')

if (process.argv.includes('--vm')) await inMachine()
else {
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'lines/run.ts')], {
    stdio: 'inherit',
  })
  await import('./greed.ts')
}

async function inMachine(): Promise<void> {
  const missing = ['qemu-system-x86_64', 'debootstrap', 'mkfs.ext4'].filter((tool) => !has(tool))
  if (missing.length > 0) {
    const what = 'control groups of version 2, AppArmor and Landlock'
    const how = 'scripts/setup-debian.sh --isolation installs it'
    throw new Error(`Skipped: ${what}: without ${missing.join(', ')} (${how}).`)
  }
  const { makeDebian } = await import('./vm/debian.ts')
  const { runMachine } = await import('./vm/machine.ts')
  const debian = makeDebian(console.log)
  if (!(await runMachine(debian, { checkout: CHECKOUT, onLine: console.log }))) process.exitCode = 1
}

function has(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
