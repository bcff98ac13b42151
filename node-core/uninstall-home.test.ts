import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileDisk } from './base/disk/index.ts'
import { FORMER_NODES, writeFormerNodes } from './former-nodes.ts'
import { lockHome } from './home.ts'
import {
  homeBytes,
  IDENTITY,
  isHome,
  isRemainder,
  OF_KEPT_DATA,
  removeHome,
} from './uninstall-home.ts'

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
    ...['settings.json-of-before', 'config.toml.bak', 'state.db-backup'],
    ...['letter.txt', 'run.sh', 'logs-of-mine/1', 'run/lock.db'],
  )
  expect(await homeBytes(home)).toBe(12)
  const foreign = [
    ...['config.toml.bak', 'letter.txt', 'logs-of-mine', 'run.sh'],
    ...['settings.json-of-before', 'state.db-backup'],
  ]
  expect(await removeHome(home, new Set([IDENTITY]), release)).toEqual(foreign)
  expect(readdirSync(home).sort()).toEqual([...foreign, 'identity'].sort())
})

it.each([[['identity/node.key']], [['genesis.cbor']], [['api-token', 'run/lock.db']]])(
  'is a home by what only a home has: %s',
  async (names) => {
    holds(...names)
    expect(await isHome(createFileDisk(home))).toBe(true)
  },
)

it('is a home still where its uninstall has not ended, though no node had it', async () => {
  const disk = createFileDisk(home)
  await writeFormerNodes(disk, [])
  expect(await isHome(disk)).toBe(true)
})

it('loses last what makes it one: whoever is killed before finds it again', () => {
  expect(OF_KEPT_DATA.at(-1)).toBe(FORMER_NODES)
})

it('is no home by names that everybody gives', async () => {
  holds('images/1', 'logs/1', 'run/lock.db', 'identity/me.jpg', 'config.toml', 'uninstalled.json')
  expect(await isHome(createFileDisk(home))).toBe(false)
})

it.each([[[]], [['run/lock.db']], [['run/lock.db', 'run/lock.db-journal', 'run/node.json.new']]])(
  'is what a process left that was killed as it ended or began: %s',
  async (names) => {
    holds(...names)
    expect(await isRemainder(home)).toBe(true)
  },
)

it.each([[['run/lock.db', 'run/mine']], [['run/lock.db', 'letter.txt']], [['run']]])(
  'is no such remainder with anything of others in it: %s',
  async (names) => {
    holds(...names)
    expect(await isRemainder(home)).toBe(false)
    expect(await isRemainder(path.join(home, 'none'))).toBe(false)
  },
)

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
