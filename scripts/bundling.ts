/** What the published program and the desktop's main process have in common when they are bundled. */
import path from 'node:path'
import type { Plugin } from 'vite'

/** Packages with parts that are no JavaScript, or that look for their files beside themselves. */
export const OUTSIDE = ['@chainsafe/libp2p-quic']

/** What dockerode loads for engines reached over SSH and for building images, neither of which we do. */
const UNUSED = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs']

/** More than half of what dockerode takes of memory is parts that are never called. */
export function withoutUnused(): Plugin {
  const EMPTY = '\0unused'
  return {
    name: 'without-unused',
    enforce: 'pre',
    resolveId: (id, importer = '') =>
      UNUSED.includes(id) && /\/(dockerode|docker-modem)\//.test(importer) ? EMPTY : undefined,
    load: (id) => (id === EMPTY ? 'module.exports = {}' : undefined),
  }
}

/**
 * Where a file has a character beyond ASCII, a “ in some sentence, V8 keeps all of it with two bytes a
 * character for as long as it runs. In strings, templates and regular expressions an escape is the same.
 */
export function asciiAlone(): Plugin {
  return {
    name: 'ascii-alone',
    // After all that writes the code anew, which takes escapes back. Lines stay as source maps know them.
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        // Two backslashes would be what stands before the escape, not a part of it.
        if (/\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f]/.test(chunk.code)) {
          this.error(`${chunk.fileName} has a character beyond ASCII escaped or raw.`)
        }
        chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped)
      }
    },
  }
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

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
