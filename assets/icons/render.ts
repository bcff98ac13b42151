/**
 * Draws the PNGs beside the SVGs, which are the originals: `node assets/icons/render.ts`. The system's
 * Chromium does the drawing.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chromium, type Page } from 'playwright'

const FOLDER = import.meta.dirname
const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
/** On screens with more than one dot per point, Electron takes the file with `@2x`. */
const TRAY_SIZES = { '': 22, '@2x': 44 }

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
})
const page = await browser.newPage()
for (const size of APP_SIZES) await draw(page, 'app.svg', `${size}.png`, size)
for (const name of ['tray', 'tray-attention']) {
  for (const [suffix, size] of Object.entries(TRAY_SIZES)) {
    await draw(page, `${name}.svg`, `${name}${suffix}.png`, size)
  }
}
await browser.close()

async function draw(on: Page, source: string, target: string, size: number): Promise<void> {
  const svg = readFileSync(path.join(FOLDER, source), 'base64')
  await on.setViewportSize({ width: size, height: size })
  const image = `<img width="${size}" height="${size}" src="data:image/svg+xml;base64,${svg}">`
  await on.setContent(`<style>body,img{margin:0;display:block}</style>${image}`)
  writeFileSync(path.join(FOLDER, target), await on.screenshot({ omitBackground: true }))
}
