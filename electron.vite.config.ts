/**
 * Builds the desktop app into `out/`: the main process (ESM, packages stay outside), the preload
 * (one CommonJS file, since a sandboxed preload can be nothing else) and the window.
 */
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const ROOT = import.meta.dirname
const WORKER = 'node-core/base/database/worker.ts'

/**
 * The database's worker is loaded by address, `new URL('./worker.ts', import.meta.url)`. In the
 * bundle it is an entry of its own, and the address names it there.
 */
function workerBesideBundle(): Plugin {
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

export default defineConfig({
  main: {
    plugins: [workerBesideBundle()],
    build: {
      sourcemap: true,
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          index: path.join(ROOT, 'main/index.ts'),
          'database-worker': path.join(ROOT, WORKER),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      sourcemap: false,
      outDir: 'out/preload',
      rolldownOptions: {
        input: { preload: path.join(ROOT, 'main/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: path.join(ROOT, 'renderer'),
    plugins: [react()],
    build: {
      sourcemap: false,
      outDir: path.join(ROOT, 'out/renderer'),
      // The policy of the window allows no inline scripts, and fonts are files.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { index: path.join(ROOT, 'renderer/index.html') } },
    },
  },
})
