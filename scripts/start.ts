/**
 * `npm start`: all the set-up and the main job. The desktop app where Electron's program and a
 * display are there, else the same node without Electron and its window in the browser. Says which
 * of the two, and why.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const ELECTRON = path.join(ROOT, 'node_modules/electron')
/** A download that takes longer than this is not worth waiting for before the first start. */
const DOWNLOAD_MS_MAX = 180_000

buildIfStale()
const reason = whyNoDesktop()
if (reason === undefined) {
  console.error('Starting the desktop app.')
  run(path.join(ROOT, 'node_modules/.bin/electron'), ['.', ...process.argv.slice(2)])
} else {
  console.error(`Starting the node with its window in the browser: ${reason}.`)
  run(process.execPath, [path.join(ROOT, 'cli/mycelium.js'), 'up', ...process.argv.slice(2)])
}

function buildIfStale(): void {
  const built = path.join(ROOT, 'out/renderer/index.html')
  if (existsSync(built)) {
    const builtMs = statSync(built).mtimeMs
    const sources = globSync('{main,renderer,node-core,assets}/**/*.{ts,tsx,css,html,json}', {
      cwd: ROOT,
    })
    if (sources.every((file) => statSync(path.join(ROOT, file)).mtimeMs <= builtMs)) return
  }
  console.error('Building the window.')
  const result = spawnSync(path.join(ROOT, 'node_modules/.bin/electron-vite'), ['build'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

/** Why the desktop app cannot run here, or undefined when it can. */
function whyNoDesktop(): string | undefined {
  const { env, platform } = process
  const hasDisplay = platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
  if (!hasDisplay) return 'there is no display'
  if (platform === 'linux' && process.getuid?.() === 0 && !env.ELECTRON_OVERRIDE_DIST_PATH) {
    return 'Electron does not run as root'
  }
  if (env.ELECTRON_OVERRIDE_DIST_PATH || electronIsThere()) return undefined
  console.error('Fetching Electron, once.')
  spawnSync(process.execPath, [path.join(ELECTRON, 'install.js')], {
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: DOWNLOAD_MS_MAX,
  })
  return electronIsThere() ? undefined : "Electron's program could not be fetched"
}

function electronIsThere(): boolean {
  try {
    const program = readFileSync(path.join(ELECTRON, 'path.txt'), 'utf8')
    return existsSync(path.join(ELECTRON, 'dist', program))
  } catch {
    return false
  }
}

function run(program: string, args: string[]): void {
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  // A terminal sends Ctrl+C to the child too, and Electron takes a second one for "at once".
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
