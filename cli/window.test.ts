import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from './testing/cli-run.ts'
import { hasWindow, lackOf, lackOfNode } from './window.ts'

let folder: string
let home: RunningHome | undefined
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-window-'))
})
afterEach(async () => {
  await home?.remove()
  rmSync(folder, { recursive: true, force: true })
})

it('says that the window is not built where it could be, and nothing where it never is', () => {
  const source = path.join(folder, 'renderer')
  expect(lackOf(folder, source)).toBeUndefined()
  expect(lackOfNode(folder, source)).toBe('This node has no window.')
  mkdirSync(source)
  expect(lackOf(folder, source)).toContain('npm run build')
  expect(lackOfNode(folder, source)).toBe(lackOf(folder, source))
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>')
  expect(hasWindow(folder)).toBe(true)
  expect(lackOfNode(folder, source)).toContain('start it again')
  expect(lackOf(folder, source)).toBeUndefined()
})

it('opens no window of a node that has none: its address would show an error', async () => {
  home = await createRunningHome({ window: false })
  for (const flags of [['--print'], []]) {
    const { exit, out, err } = await home.run('open', ...flags)
    expect([exit, out]).toEqual([1, ''])
    expect(err).toMatch(/^Error \(NO_WINDOW\): The window (is|was) not built/)
  }
})
