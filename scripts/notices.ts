/** The licences of what a bundle holds of others, beside it, as those licences ask. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

const NOTICES = 'THIRD-PARTY-NOTICES'

export function notices(): Plugin {
  return {
    name: 'third-party-notices',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk')
      const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules))
      const folders = new Set(modules.flatMap((file) => packageFolder(file) ?? []))
      if (folders.size === 0) return
      const source = [...folders]
        .map(noticeOf)
        .sort()
        .join(`\n${'-'.repeat(78)}\n\n`)
      this.emitFile({ type: 'asset', fileName: NOTICES, source })
    },
  }
}

/** The folder of the package that a file is of; undefined for our own. */
function packageFolder(file: string): string | undefined {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  )
  if (typeof license !== 'string') throw new Error(`${name} names no licence.`)
  const texts = globSync('{LICEN[CS]E,NOTICE,COPYING}*', { cwd: folder })
    .sort()
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
  return `${[`${name} ${version}: ${license}`, ...texts].join('\n\n')}\n`
}
