/** What the published program and the desktop's main process have in common when they are bundled. */
import path from 'node:path'
import type { Plugin } from 'vite'

/** Packages with parts that are no JavaScript, or that look for their files beside themselves. */
export const OUTSIDE = ['@chainsafe/libp2p-quic', 'dockerode']

/** What runs apart from the bundle, and is found by its address: an entry of its own for each. */
export function entriesBeside(root: string): Record<string, string> {
  return {
    'database-worker': path.join(root, 'node-core/base/database/worker.ts'),
    'piece-worker': path.join(root, 'node-core/storage/blobs/piece-worker.ts'),
    'image-worker': path.join(root, 'node-core/work/runners/container/image-worker.ts'),
    forwarder: path.join(root, 'node-core/work/runners/container/forwarder.ts'),
  }
}

/** Who asks for it, by which address. */
const ADDRESSES = [
  {
    asker: 'node-core/base/database/worker-database.ts',
    source: "new URL('./worker.ts', import.meta.url)",
    bundled: "new URL('./database-worker.js', import.meta.url)",
  },
  {
    asker: 'node-core/storage/blobs/piece-thread.ts',
    source: "new URL('./piece-worker.ts', import.meta.url)",
    bundled: "new URL('./piece-worker.js', import.meta.url)",
  },
  {
    asker: 'node-core/work/runners/container/image-thread.ts',
    source: "new URL('./image-worker.ts', import.meta.url)",
    bundled: "new URL('./image-worker.js', import.meta.url)",
  },
  {
    asker: 'node-core/work/runners/container/forwarding.ts',
    source: "new URL('./forwarder.ts', import.meta.url)",
    bundled: "new URL('./forwarder.js', import.meta.url)",
  },
]

/** In a bundle an address names the entry beside the file that asks. */
export function addressesBesideBundle(): Plugin {
  return {
    name: 'addresses-beside-bundle',
    enforce: 'pre',
    transform(code, id) {
      const address = ADDRESSES.find(({ asker }) => id.endsWith(asker))
      if (!address) return undefined
      if (!code.includes(address.source)) this.error(`${id} has no ${address.source}.`)
      // On one line as before, so the source map still holds.
      return { code: code.replace(address.source, address.bundled), map: null }
    },
  }
}
