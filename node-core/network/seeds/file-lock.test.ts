/** Who writes a seed file, and when a lock beside it counts as left by a crash. */
import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../base/clock/index.ts'
import { openSeedStore } from './index.ts'
import { FILE_LOCK_STALE_MS } from './limits.ts'

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const text = (found: { bytes: Uint8Array } | undefined) =>
  found && Buffer.from(found.bytes).toString()
const coded = (code: string) => expect.objectContaining({ code })
const HOUR_MS = 3_600_000

/** Waits take no time, and the time of day is as wrong as that. */
function hurried(offMs = 0): Clock {
  let passedMs = 0
  return {
    wallMs: () => Date.now() + offMs,
    monotonicMs: () => passedMs,
    uptimeMs: () => passedMs,
    timer(delayMs, fn) {
      passedMs += delayMs
      const soon = setImmediate(fn)
      return () => clearImmediate(soon)
    },
  }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a lock beside a seed file', () => {
  it('is free again when whoever wrote it died', async () => {
    const file = path.join(folder, 'spore')
    const lock = `${file}.lock`
    await writeFile(lock, '')
    const long = (Date.now() - FILE_LOCK_STALE_MS - 1_000) / 1_000
    await utimes(lock, long, long)
    const store = openSeedStore(file, { clock: hurried() })
    expect(await store.write(bytes('one'), undefined)).toBe('written')
    expect(await readdir(folder)).toEqual(['spore'])
  })

  it.each([-HOUR_MS, HOUR_MS])(
    'is left to whoever writes by a computer whose clock is %i ms off',
    async (offMs) => {
      const file = path.join(folder, 'spore')
      await writeFile(`${file}.lock`, 'of somebody who writes')
      const store = openSeedStore(file, { clock: hurried(offMs) })
      const writing = store.write(bytes('one'), undefined)
      await expect(writing).rejects.toEqual(coded('SEED_UNREACHABLE'))
      expect(await readFile(`${file}.lock`, 'utf8')).toBe('of somebody who writes')
    },
  )

  it('is one writer’s, of many that find one which a crash has left', async () => {
    const file = path.join(folder, 'spore')
    await writeFile(`${file}.lock`, 'of somebody who died')
    const long = (Date.now() - FILE_LOCK_STALE_MS - 1_000) / 1_000
    await utimes(`${file}.lock`, long, long)
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => {
        const store = openSeedStore(file, { clock: hurried() })
        return store.write(bytes(`of ${n}`), undefined).catch(({ code }) => code)
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
    const winner = outcomes.indexOf('written')
    expect(text(await openSeedStore(file, { clock: hurried() }).read())).toBe(`of ${winner}`)
  })
})
