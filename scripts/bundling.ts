/** What the published program and the desktop's main process have in common when they are bundled. */
import type { Plugin } from 'vite'

/** Packages with parts that are no JavaScript, or that look for their files beside themselves. */
export const OUTSIDE = ['@chainsafe/libp2p-quic', 'dockerode']

/** From the project's root. */
export const DATABASE_WORKER = 'node-core/base/database/worker.ts'

/**
 * The database's worker is loaded by address, `new URL('./worker.ts', import.meta.url)`. In a bundle
 * it is an entry of its own, and the address names it beside the file that asks.
 */
export function workerBesideBundle(): Plugin {
  const address = /new URL\('\.\/worker\.ts', import\.meta\.url\)/
  return {
    name: 'worker-beside-bundle',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('node-core/base/database/worker-database.ts')) return undefined
      if (!address.test(code)) this.error('The database no longer names its worker as expected.')
      const bundled = "new URL('./database-worker.js', import.meta.url)"
      // On one line as before, so the source map still holds.
      return { code: code.replace(address, bundled), map: null }
    },
  }
}
