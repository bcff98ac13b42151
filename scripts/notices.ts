/** The licences of what a bundle holds of others, as those licences ask. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** @param modules Files that went into the bundle. Throws where a package names no licence. */
export function noticesOf(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((file) => packageFolder(file) ?? []))
  const notices = [...folders].map(noticeOf).sort()
  return `${notices.join(`\n${'-'.repeat(78)}\n\n`)}`
}

/** The folder of the package that a file is of; undefined for our own. */
function packageFolder(file: string): string | undefined {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? []
  return folder
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  )
  if (typeof license !== 'string') throw new Error(`${name} names no licence.`)
  const texts = globSync('{LICEN[CS]E,NOTICE,COPYING}*', { cwd: folder })
    .map((file) => path.join(folder, file))
    .filter((file) => existsSync(file))
    .sort()
    .map((file) => readFileSync(file, 'utf8').trim())
  return `${[`${name} ${version}: ${license}`, ...texts].join('\n\n')}\n`
}
