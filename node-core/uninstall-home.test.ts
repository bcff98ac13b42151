import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockHome } from './home.ts'
import { homeBytes, IDENTITY, removeHome } from './uninstall-home.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'mycelium-uninstall-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const release = () => {}

function holds(...names: string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true })
    writeFileSync(path.join(home, name), '1234')
  }
}

it('goes whole where all that is in it is ours, with what a crash has left beside files', async () => {
  holds('identity/node.key', 'registry/log/0', 'state.db', 'state.db-wal', 'left-data.cbor.damaged')
  expect(await homeBytes(home)).toBe(20)
  expect(await removeHome(home, new Set(), release)).toEqual([])
  expect(existsSync(home)).toBe(false)
})

it('keeps what is to be kept, and what is nobody’s that we know: a home may be any folder', async () => {
  holds(
    'identity/node.key',
    'settings.json',
    'letter.txt',
    'run.sh',
    'logs-of-mine/1',
    'run/lock.db',
  )
  expect(await homeBytes(home)).toBe(12)
  expect(await removeHome(home, new Set([IDENTITY]), release)).toEqual([
    ...['letter.txt', 'logs-of-mine', 'run.sh'],
  ])
  expect(readdirSync(home)).toEqual(['identity', 'letter.txt', 'logs-of-mine', 'run.sh'])
})

it('is held until nothing of it is left, where a file that is open can go', async () => {
  holds('identity/node.key', 'uninstalled.json')
  const { release } = lockHome(home)
  let atRelease: string[] | undefined
  await removeHome(home, new Set(), () => {
    atRelease ??= existsSync(home) ? readdirSync(home) : []
    release()
  })
  expect(atRelease).toEqual(process.platform === 'win32' ? ['run'] : [])
  expect(existsSync(home)).toBe(false)
})

it('is gone already', async () => {
  expect(await removeHome(path.join(home, 'none'), new Set(), release)).toEqual([])
  expect(await homeBytes(path.join(home, 'none'))).toBe(0)
})
