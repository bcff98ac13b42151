import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findRunningNode, lockHome } from './home.ts'

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
    first.release()
    expect(findRunningNode(home)).toBeUndefined()
    lockHome(home).release()
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
    lockHome(home).release()
  })
})
