/** The window's files, as `npm run build` makes them beside this program. */
import { existsSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import path from 'node:path'

/** Where this stands in it is another place once it is bundled. */
const ROOT = path.dirname(findPackageJSON(import.meta.url) ?? '.')
export const WINDOW_FOLDER = path.join(ROOT, 'out/renderer')
/** Where it is not, nothing here makes a window. */
const SOURCE_FOLDER = path.join(ROOT, 'renderer')

export const NOT_BUILT =
  'The window is not built here: npm run build, and then start the node again.'

export function hasWindow(folder: string): boolean {
  return existsSync(path.join(folder, 'index.html'))
}

/** Why a node that runs has none. */
export function lackOfNode(folder: string, source: string = SOURCE_FOLDER): string {
  if (hasWindow(folder)) return 'The window was not built when this node began: start it again.'
  return lackOf(folder, source) ?? 'This node has no window.'
}

/** What is said of a window that is not there; nothing where it cannot be made either. */
export function lackOf(folder: string, source: string = SOURCE_FOLDER): string | undefined {
  return !hasWindow(folder) && existsSync(source) ? NOT_BUILT : undefined
}
