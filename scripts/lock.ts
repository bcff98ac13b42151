/**
 * `node scripts/lock.ts` completes package-lock.json after a dependency was changed. npm leaves the
 * optional packages of other systems out when it works from installed folders, or when the registry
 * at hand does not carry them; `npm ci` then refuses the lock everywhere. With `--check` it only says
 * whether any is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const FILE = path.resolve(import.meta.dirname, '../package-lock.json')

interface Locked {
  version?: string
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

interface Lock {
  packages: Record<string, Locked>
}

/** Names and versions that some locked package wants and the lock does not hold. */
export function missingFromLock(lock: Lock): Map<string, Locked> {
  const missing = new Map<string, Locked>()
  for (const wanting of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(wanting.optionalDependencies ?? {})) {
      const system = systemOf(name)
      if (system && !isLocked(lock, name)) missing.set(name, { version, optional: true, ...system })
    }
  }
  return missing
}

export function readLock(): Lock {
  return JSON.parse(readFileSync(FILE, 'utf8'))
}

function isLocked(lock: Lock, name: string): boolean {
  return Object.keys(lock.packages).some((where) => where.endsWith(`node_modules/${name}`))
}

/** `…-linux-x64-musl` says which system a package is for; undefined for one that does not. */
function systemOf(name: string): Pick<Locked, 'os' | 'cpu' | 'libc'> | undefined {
  const match =
    /-(linux|darwin|win32|android|freebsd)-(x64|arm64|arm|ia32)(?:-(gnu|musl|msvc|gnueabihf))?$/.exec(
      name,
    )
  const [, os, cpu, abi] = match ?? []
  if (!os || !cpu) return undefined
  const libc = os === 'linux' && abi ? { libc: [abi === 'musl' ? 'musl' : 'glibc'] } : {}
  return { cpu: [cpu], os: [os], ...libc }
}

if (import.meta.main) {
  const lock = readLock()
  const missing = missingFromLock(lock)
  for (const name of missing.keys()) console.log(`missing: ${name}`)
  if (process.argv.includes('--check')) {
    process.exitCode = missing.size === 0 ? 0 : 1
  } else if (missing.size > 0) {
    for (const [name, locked] of missing) lock.packages[`node_modules/${name}`] = locked
    const [[root = '', own] = [], ...rest] = Object.entries(lock.packages)
    const sorted = rest.sort(([a], [b]) => (a < b ? -1 : 1))
    lock.packages = Object.fromEntries([[root, own ?? {}], ...sorted])
    writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
  }
}
