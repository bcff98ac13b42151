/**
 * Builds the desktop app into `out/`: the main process (ESM, with every package that can be bundled),
 * the preload (one CommonJS file, since a sandboxed preload can be nothing else) and the window.
 */
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import {
  addressesBesideBundle,
  asciiAlone,
  entriesBeside,
  OUTSIDE,
  withoutUnused,
} from './scripts/bundling.ts'
import { notices } from './scripts/notices.ts'

const ROOT = import.meta.dirname

export default defineConfig({
  main: {
    plugins: [addressesBesideBundle(), withoutUnused(), asciiAlone(), notices()],
    build: {
      sourcemap: true,
      outDir: 'out/main',
      externalizeDeps: false,
      rolldownOptions: {
        external: OUTSIDE,
        input: {
          index: path.join(ROOT, 'main/index.ts'),
          ...entriesBeside(ROOT),
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
    plugins: [react(), notices()],
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
