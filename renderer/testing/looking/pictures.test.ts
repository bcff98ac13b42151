import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { clearPictures, PICTURES_FOLDER } from './pictures.ts'

it('lie in this checkout, and those of what is looked at again are taken away first', async () => {
  expect(path.relative(process.cwd(), PICTURES_FOLDER)).toBe(path.join('artifacts', 'screens'))
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-pictures-'))
  const again = ['map-usual-dark.png', 'map-usual-pseudo.png', 'map-small.png']
  const others = ['map-zoomed-dark.png', 'map-list-usual-dark.png', 'notes.txt']
  for (const file of [...again, 'map-usual-failed.png', ...others]) {
    writeFileSync(path.join(folder, file), '')
  }
  await clearPictures(folder, ['map-usual', 'map-small', 'notes.txt'])
  expect(readdirSync(folder).sort()).toEqual(others.toSorted())
  rmSync(folder, { recursive: true })
})
