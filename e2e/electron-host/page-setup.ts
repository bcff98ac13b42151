/** Opens a page in Chromium and prepares its two worlds before anything is loaded. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import type { CdpSession } from './cdp.ts'
import { makeCodec } from './codec.ts'
import { browser } from './host.ts'
import { isolatedWorld } from './isolated-world.ts'
import { mainWorld, makePeer } from './world.ts'

export const WORLD = 'Electron Isolated Context'

export interface PageBounds {
  x?: number | undefined
  y?: number | undefined
  width: number
  height: number
}

/** The new target's id. */
export async function openTarget(
  contentsId: number,
  bounds: PageBounds,
  isDead: () => boolean,
): Promise<string> {
  const tag = `electron-host-${process.pid}-${contentsId}`
  const blank = `data:text/html,<title>${tag}</title>`
  return browser().headless ? openHeadless(blank, bounds, isDead) : openWindow(blank, tag)
}

/**
 * Headless Chromium now and then never answers `createTarget` (about 1 in 50 while Playwright
 * attaches too), so it is asked again; a second target that then appears is closed.
 */
async function openHeadless(
  url: string,
  { width, height }: PageBounds,
  isDead: () => boolean,
): Promise<string> {
  const { cdp } = browser()
  const first = Promise.withResolvers<string>()
  let taken: string | undefined
  const ask = async (): Promise<void> => {
    const options = { url, newWindow: true, width, height }
    const { targetId } = await cdp.send<{ targetId: string }>('Target.createTarget', options)
    taken ??= targetId
    if (taken !== targetId) await cdp.send('Target.closeTarget', { targetId })
    first.resolve(taken)
  }
  const again = setInterval(() => {
    if (isDead()) first.reject(new Error('The window was closed while it opened.'))
    else ask().catch(() => {})
  }, 2_000)
  ask().catch(first.reject)
  return first.promise.finally(() => clearInterval(again))
}

/** An app window (no tabs, no address bar), opened by the running browser. */
async function openWindow(url: string, tag: string): Promise<string> {
  const { cdp, executable, args } = browser()
  const found = new Promise<string>((resolve) => {
    const look = (event: { targetInfo: { type: string; url: string; targetId: string } }): void => {
      const { type, targetId, url: at } = event.targetInfo
      if (type !== 'page' || !at.includes(tag)) return
      cdp.off('Target.targetCreated', look)
      cdp.off('Target.targetInfoChanged', look)
      resolve(targetId)
    }
    cdp.on('Target.targetCreated', look)
    cdp.on('Target.targetInfoChanged', look)
  })
  spawn(executable, [...args, `--app=${url}`], { stdio: 'ignore' })
  return found
}

/** The preload's source, or what is wrong with it: an ESM preload is a SyntaxError, as in Electron. */
export function readPreload(file: string | undefined): { source: string; error?: Error } {
  if (!file) return { source: '' }
  try {
    const source = readFileSync(file, 'utf8')
    new vm.Script(`(function(require,process,exports,module){${source}\n})`, { filename: file })
    return { source }
  } catch (error) {
    return { source: '', error: error instanceof Error ? error : new Error(String(error)) }
  }
}

export async function prepareWorlds(
  session: CdpSession,
  token: string,
  preload: { file: string; source: string },
): Promise<void> {
  const addScript = 'Page.addScriptToEvaluateOnNewDocument'
  await Promise.all([
    session.send('Page.enable'),
    session.send('Runtime.enable'),
    session.send('Runtime.addBinding', { name: '__electronHost', executionContextName: WORLD }),
    session.send(addScript, { source: mainWorldSource(token) }),
    session.send(addScript, { worldName: WORLD, source: isolatedWorldSource(token, preload) }),
    session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }),
  ])
}

const SHARED_SOURCE = `const __name=f=>f;const makeCodec=${makeCodec};const makePeer=${makePeer};`

function mainWorldSource(token: string): string {
  return `(()=>{${SHARED_SOURCE}(${mainWorld})(${JSON.stringify(token)},makeCodec,makePeer)})()`
}

function isolatedWorldSource(token: string, preload: { file: string; source: string }): string {
  const { platform, arch, versions, execPath } = process
  const config = {
    file: preload.file,
    process: { platform, arch, versions, execPath, argv: [], env: {} },
  }
  const names = 'require,process,Buffer,global,setImmediate,clearImmediate,exports,module'
  return [
    `(()=>{${SHARED_SOURCE}`,
    `(${isolatedWorld})(${JSON.stringify(token)},makeCodec,makePeer,${JSON.stringify(config)},`,
    `function(${names}){${preload.source}\n})})()`,
    `\n//# sourceURL=${preload.file || 'electron-host-preload'}`,
  ].join('')
}
