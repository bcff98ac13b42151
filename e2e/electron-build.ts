/** The built app, made when it is missing or older than its sources; once, whoever asks first. */
import { execFile } from 'node:child_process'
import { globSync, mkdirSync, rmdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { until } from './harness/waiting.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const LOCK = path.join(ROOT, '.cache/electron-build.lock')
/** A build takes seconds; a lock of this age was left by a process that was killed. */
const LOCK_AGE_MS_MAX = 180_000

/** Test files run side by side, and two builds at once would empty each other's folder. */
export async function ensureBuilt(): Promise<void> {
  mkdirSync(path.dirname(LOCK), { recursive: true })
  await until('the build of another test', LOCK_AGE_MS_MAX * 2, takeLock)
  try {
    if (isStale()) {
      const build = path.join(ROOT, 'node_modules/.bin/electron-vite')
      await promisify(execFile)(build, ['build'], { cwd: ROOT })
    }
  } finally {
    rmdirSync(LOCK)
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(LOCK)
    return true
  } catch {
    const age = Date.now() - (mtimeMs(LOCK) ?? Date.now())
    if (age > LOCK_AGE_MS_MAX) rmdirSync(LOCK)
    return false
  }
}

function isStale(): boolean {
  const built = ['out/main/index.js', 'out/preload/preload.cjs', 'out/renderer/index.html'].map(
    (file) => mtimeMs(path.join(ROOT, file)) ?? 0,
  )
  const pattern = '{main,renderer,node-core,cli}/**/*.{ts,tsx,css,html,svg}'
  const sources = [...globSync(pattern, { cwd: ROOT }), 'electron.vite.config.ts', 'package.json']
  const newest = Math.max(...sources.map((file) => mtimeMs(path.join(ROOT, file)) ?? 0))
  return Math.min(...built) < newest
}

function mtimeMs(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
