/** What Electron's default app does with the command line: `-r FILE…`, then the app's path. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { __host } from './electron.ts'

const argv = process.argv.slice(2)
const { preloads, appPath } = readArguments(argv)
// Electron's argv is the executable and the arguments as they were given.
process.argv.splice(1, 1)
__host.applySwitches(argv)

const require = createRequire(import.meta.url)
for (const preload of preloads) require(path.resolve(preload))

if (!appPath) {
  console.error('electron-host: no app path given')
  process.exit(1)
}
const { entry, directory } = findEntry(appPath)
__host.setAppDir(directory)
// Static imports and top-level awaits of the app run before `ready`, as in Electron.
await import(pathToFileURL(entry).href)
await __host.start()

function readArguments(all: readonly string[]): { preloads: string[]; appPath?: string } {
  const found: string[] = []
  for (let i = 0; i < all.length; i++) {
    const argument = all[i] ?? ''
    if (argument === '-r' || argument === '--require') found.push(all[++i] ?? '')
    else if (!argument.startsWith('-')) return { preloads: found, appPath: path.resolve(argument) }
  }
  return { preloads: found }
}

function findEntry(app: string): { entry: string; directory: string } {
  if (statSync(app).isDirectory()) {
    const manifest = JSON.parse(readFileSync(path.join(app, 'package.json'), 'utf8')) as {
      main?: string
    }
    return { entry: path.join(app, manifest.main ?? 'index.js'), directory: app }
  }
  let directory = path.dirname(app)
  while (!existsSync(path.join(directory, 'package.json')) && directory !== '/') {
    directory = path.dirname(directory)
  }
  return { entry: app, directory }
}
