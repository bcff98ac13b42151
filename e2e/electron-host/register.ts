/**
 * `node --import ./register.ts`: `electron` means `./electron.ts`, for import and for require, and
 * the process says of itself what Electron's main process does.
 */
import { createRequire, registerHooks } from 'node:module'

const double = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    if (/^electron(\/(main|common|renderer|utility))?$/.test(specifier)) {
      return { url: double, shortCircuit: true }
    }
    return next(specifier, context)
  },
})

const manifest = createRequire(import.meta.url)('electron/package.json') as { version: string }
const electron = process.env.ELECTRON_HOST_VERSION ?? manifest.version

function define(name: string, value: unknown): void {
  Object.defineProperty(process, name, { value, enumerable: true, configurable: true })
}
define('versions', Object.freeze({ ...process.versions, electron, chrome: '156.0.0.0' }))
define('type', 'browser')
define('resourcesPath', new URL('./resources', import.meta.url).pathname)
define('defaultApp', true)
