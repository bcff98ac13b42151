import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimDisk } from './base/disk/index.ts'
import {
  findRunningNode,
  forgetNetwork,
  isNodeAnnounced,
  lockHome,
  readNetwork,
  readSettings,
  writeNetwork,
  writeSettings,
} from './home.ts'

describe('the lock of a home', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'mycelium-lock-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  it('refuses a second holder and says who the first one is', () => {
    const first = lockHome(home)
    first.announce({ pid: process.pid, api: 'http://127.0.0.1:1', peerId: 'p' })
    expect(() => lockHome(home)).toThrowError(
      expect.objectContaining({
        code: 'HOME_IN_USE',
        message: expect.stringContaining(String(process.pid)),
      }),
    )
    expect(isNodeAnnounced(home)).toBe(true)
    first.release()
    expect(isNodeAnnounced(home)).toBe(false)
    expect(findRunningNode(home)).toBeUndefined()
    lockHome(home).release()
  })

  it('says in words why a folder can be no home', () => {
    const file = path.join(home, 'file')
    writeFileSync(file, '')
    for (const place of [file, path.join(file, 'home')]) {
      expect(() => lockHome(place)).toThrowError(
        expect.objectContaining({
          code: 'HOME_UNUSABLE',
          message: expect.stringMatching(/^The home cannot be .*file.*, and no folder\.$/),
        }),
      )
    }
  })

  it('given back twice takes nothing from who has it now', () => {
    const first = lockHome(home)
    first.release()
    const second = lockHome(home)
    second.announce({ pid: process.pid, api: 'http://127.0.0.1:1', peerId: 'p' })
    first.release()
    expect(findRunningNode(home)?.api).toBe('http://127.0.0.1:1')
    second.release()
  })

  it('says anew where the node answers without a moment in which nobody can read it', () => {
    const lock = lockHome(home)
    const first = { pid: process.pid, api: 'http://127.0.0.1:1', peerId: 'p' }
    lock.announce(first)
    const announced = path.join(home, 'run/node.json')
    // Whoever has opened it has the file that was there.
    const opened = openSync(announced, 'r')
    lock.announce({ ...first, api: 'http://127.0.0.1:2' })
    expect(JSON.parse(readFileSync(opened, 'utf8'))).toEqual(first)
    closeSync(opened)
    expect(findRunningNode(home)?.api).toBe('http://127.0.0.1:2')
    lock.release()
  })

  it('is free again after its holder was killed, announcement and all', async () => {
    const code = `import('${path.resolve(import.meta.dirname, 'home.ts')}').then(({ lockHome }) => {
      lockHome(process.argv[1]).announce({ pid: process.pid, api: 'http://127.0.0.1:1', peerId: 'p' })
      console.log('held')
      setInterval(() => {}, 1000)
    })`
    const holder = spawn(process.execPath, ['-e', code, home], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    expect(findRunningNode(home)?.pid).toBe(holder.pid)
    expect(() => lockHome(home)).toThrowError(expect.objectContaining({ code: 'HOME_IN_USE' }))

    const ended = new Promise((resolve) => holder.once('exit', resolve))
    holder.kill('SIGKILL')
    await ended
    expect(findRunningNode(home)).toBeUndefined()
    expect(isNodeAnnounced(home)).toBe(true)
    lockHome(home).release()
  })
})

describe('forgetting a network', () => {
  it('leaves the computer what is its own and nothing of the network', async () => {
    const disk = createSimDisk()
    const bytes = new Uint8Array([1])
    const own = [
      ...['identity/node.key', 'identity/owner.key', 'api-token', 'config.toml'],
      // What it still has of that network, so that somebody can remove it.
      ...['left-data.cbor', 'fetched-images.cbor'],
    ]
    for (const file of [
      ...own,
      'state.db',
      'state.db-wal',
      'peers.cbor',
      'invites.cbor',
      'spore.json',
    ]) {
      await disk.writeAtomic(file, bytes)
    }
    await disk.writeAtomic('blobs/sha256/ab/cd', bytes)
    await writeNetwork(disk, { genesis: bytes, credential: bytes })
    await writeSettings(disk, { name: 'attic', contacts: ['/ip4/10.0.0.1/tcp/4000'] })

    await forgetNetwork(disk)

    expect(await readNetwork(disk)).toBeUndefined()
    expect(await readSettings(disk)).toEqual({ name: 'attic' })
    for (const file of own) expect(await disk.read(file)).toEqual(bytes)
    expect((await disk.list('')).sort()).toEqual([
      'api-token',
      'config.toml',
      'fetched-images.cbor',
      'identity',
      'left-data.cbor',
      'settings.json',
    ])
  })
})
