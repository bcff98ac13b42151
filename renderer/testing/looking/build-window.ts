import path from 'node:path'
import react from '@vitejs/plugin-react'
import { build } from 'vite'

export async function buildWindow(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: path.join(import.meta.dirname, '../..'),
    base: './',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
  })
}
