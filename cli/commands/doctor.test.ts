import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome } from '../testing/cli-run.ts'
import { checkClock, checkHome, checkRuntime } from './doctor.ts'

describe('the doctor', () => {
  let home: string

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'mycelium-doctor-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('finds a runtime that is too old', () => {
    expect(checkRuntime('20.1.0').ok).toBe(false)
    expect(checkRuntime('24.0.0').ok).toBe(true)
  })

  it('finds a key that others can read, and says how to close it', async () => {
    mkdirSync(path.join(home, 'identity'))
    const key = path.join(home, 'identity', 'node.key')
    writeFileSync(key, 'key', { mode: 0o600 })
    expect((await checkHome(home)).ok).toBe(true)
    chmodSync(key, 0o644)
    expect(await checkHome(home)).toMatchObject({
      ok: false,
      fix: expect.stringContaining('chmod 600'),
    })
  })

  it('finds a home that can be none, and asks for no rights to it', async () => {
    const file = path.join(home, 'file')
    writeFileSync(file, '')
    expect(await checkHome(path.join(file, 'home'))).toMatchObject({
      ok: false,
      fix: expect.stringContaining('--home'),
    })
  })

  it('finds a clock that stands before what was written here, or before the product', async () => {
    const nowMs = Date.UTC(2026, 10, 20)
    const file = path.join(home, 'state.db')
    writeFileSync(file, '')
    utimesSync(file, nowMs / 1_000, nowMs / 1_000)
    expect((await checkClock(home, nowMs)).ok).toBe(true)
    expect((await checkClock(home, nowMs - 3 * 3_600_000)).ok).toBe(false)
    expect((await checkClock(home, Date.UTC(1970, 0, 2))).ok).toBe(false)
  })
})

it('calls what this computer cannot do a note, and nothing that is well', async () => {
  const running = await createRunningHome()
  try {
    const message = 'A bundle that asks for a bound of memory is refused.'
    running.node.deps.node.kinds = async () => [{ kind: 'process', ok: true, notes: [message] }]
    expect((await running.run('doctor')).out).toContain(`\nnote programs: ${message}`)
  } finally {
    await running.remove()
  }
})
