/** The Chromium process that shows the windows. It ends when this process does, even by SIGKILL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { Cdp } from './cdp.ts'

export interface Chromium {
  child: ChildProcess
  cdp: Cdp
  args: string[]
  executable: string
  headless: boolean
  /** How it ended, or why it can be asked nothing more. */
  ended: Promise<string>
}

/** The app's exit code where it ended only because its browser did. */
export const CHROMIUM_GONE = 86

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
  const said: string[] = []
  const exited = exitOf(child, said)
  const dies = exited.then((how) => Promise.reject(new Error(how)))
  const cdp = await Promise.race([
    connect(await Promise.race([findEndpoint(child, said), dies])),
    dies,
  ])
  const ended = Promise.race([exited, disconnected(cdp)])
  await Promise.race([cdp.send('Target.setDiscoverTargets', { discover: true }), dies])
  return { child, cdp, args, executable, headless, ended }
}

/** Full Chromium in headless mode crashes at about one start in a hundred; the shell does not. */
export function findExecutable(headless: boolean): string {
  return headless && existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : '/usr/bin/chromium'
}

function argumentsOf(switches: ReadonlyMap<string, string>, userDataDir: string): string[] {
  const all = new Map(QUIET_SWITCHES.map((name) => [name, '']))
  all.set('password-store', 'basic')
  for (const [name, value] of switches) if (!OWN_SWITCHES.has(name)) all.set(name, value)
  const args = [...all].map(([name, value]) => (value ? `--${name}=${value}` : `--${name}`))
  return [...args, `--user-data-dir=${userDataDir}`]
}

const SAID_LINES_MAX = 20

/** @param said Its last lines, kept here. */
function findEndpoint(child: ChildProcess, said: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    if (!child.stderr) return reject(new Error('electron-host: chromium has no standard error.'))
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (found) {
        // Playwright's _electron waits for this very line.
        process.stderr.write(`${line}\n`)
        resolve(found)
        return
      }
      said.push(line)
      if (said.length > SAID_LINES_MAX) said.shift()
      if (process.env.ELECTRON_HOST_DEBUG) process.stderr.write(`[chromium] ${line}\n`)
    })
  })
}

/** What it printed at the end may come a little after its exit. */
const LAST_LINES_MS = 200
/** A connection that breaks is most likely the first that is seen of an exit, which says more. */
const EXIT_MS = 1_000

async function exitOf(child: ChildProcess, said: readonly string[]): Promise<string> {
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (...how) => resolve(how))
  })
  await setTimeout(LAST_LINES_MS)
  return [`chromium ended by itself: code ${code}, signal ${signal}; it said:`, ...said].join('\n')
}

async function connect(endpoint: string): Promise<Cdp> {
  try {
    return await Cdp.connect(endpoint)
  } catch (error) {
    await setTimeout(EXIT_MS)
    throw error
  }
}

async function disconnected(cdp: Cdp): Promise<string> {
  const code = await new Promise((resolve) => cdp.once('disconnected', resolve))
  await setTimeout(EXIT_MS)
  return `the connection to chromium closed, code ${code}`
}
