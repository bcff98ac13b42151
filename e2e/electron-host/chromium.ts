/** The Chromium process that shows the windows. It ends when this process does, even by SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Cdp } from './cdp.ts'

export interface Chromium {
  child: ChildProcess
  cdp: Cdp
  args: string[]
  executable: string
  headless: boolean
}

const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell'

const QUIET_SWITCHES = [
  'no-sandbox',
  'no-first-run',
  'no-default-browser-check',
  'disable-background-networking',
  'disable-component-update',
  'disable-sync',
  'disable-quic',
  'disable-extensions',
  'disable-gpu',
  'allow-file-access-from-files',
  'disable-infobars',
  'disable-background-timer-throttling',
  'disable-renderer-backgrounding',
  'disable-backgrounding-occluded-windows',
  'test-type',
  'disable-breakpad',
]
/** Switches of the app that are not the browser's. */
const OWN_SWITCHES = new Set(['user-data-dir', 'remote-debugging-port', 'inspect'])

export async function launchChromium(
  userDataDir: string,
  switches: ReadonlyMap<string, string>,
): Promise<Chromium> {
  const headless = !process.env.DISPLAY || process.env.ELECTRON_HOST_HEADLESS === '1'
  const executable = process.env.ELECTRON_HOST_CHROMIUM ?? findExecutable(headless)
  const args = argumentsOf(switches, userDataDir)
  const child = spawn(
    executable,
    [
      ...args,
      `--remote-debugging-port=${switches.get('remote-debugging-port') ?? '0'}`,
      // The pipe is a lifeline: Chromium ends when its other end closes.
      '--remote-debugging-pipe',
      '--no-startup-window',
      ...(headless ? ['--headless'] : []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  )
  const cdp = await Cdp.connect(await findEndpoint(child))
  await cdp.send('Target.setDiscoverTargets', { discover: true })
  return { child, cdp, args, executable, headless }
}

/** Full Chromium in headless mode crashes at about one start in a hundred; the shell does not. */
function findExecutable(headless: boolean): string {
  return headless && existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : '/usr/bin/chromium'
}

function argumentsOf(switches: ReadonlyMap<string, string>, userDataDir: string): string[] {
  const all = new Map(QUIET_SWITCHES.map((name) => [name, '']))
  all.set('password-store', 'basic')
  for (const [name, value] of switches) if (!OWN_SWITCHES.has(name)) all.set(name, value)
  const args = [...all].map(([name, value]) => (value ? `--${name}=${value}` : `--${name}`))
  return [...args, `--user-data-dir=${userDataDir}`]
}

function findEndpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      reject(new Error(`electron-host: chromium exited at start, code ${code}`))
    })
    if (!child.stderr) return reject(new Error('electron-host: chromium has no standard error.'))
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (found) {
        // Playwright's _electron waits for this very line.
        process.stderr.write(`${line}\n`)
        resolve(found)
      } else if (process.env.ELECTRON_HOST_DEBUG) {
        process.stderr.write(`[chromium] ${line}\n`)
      }
    })
  })
}
