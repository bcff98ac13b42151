import path from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

/** The window as it is built for the product, but with the names that its components were given. */
export async function buildWindow(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: path.join(import.meta.dirname, '../..'),
    base: './',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, minify: false, modulePreload: { polyfill: false } },
  })
}
