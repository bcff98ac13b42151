import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { placeRuntime } from './runtime.ts'

let folder: string
let runtime: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-runtime-test-'))
  runtime = join(folder, 'electron')
  await writeFile(runtime, 'the whole runtime', { mode: 0o755 })
})
afterEach(() => rm(folder, { recursive: true }))

describe('the runtime of programs', () => {
  it.each([true, false])('is placed under its own name, for others: %s', async (forOthers) => {
    const placed = await placeRuntime(runtime, join(folder, 'shelf'), forOthers)
    expect(await readdir(placed)).toEqual(['node'])
    expect(await readFile(join(placed, 'node'), 'utf8')).toBe('the whole runtime')
    expect((await stat(join(placed, 'node'))).mode & 0o111).toBe(0o111)
    expect(await placeRuntime(runtime, join(folder, 'shelf'), forOthers)).toBe(placed)
  })

  it.each([true, false])('is replaced when it is torn, for others: %s', async (forOthers) => {
    const placed = await placeRuntime(runtime, join(folder, 'shelf'), forOthers)
    await rm(join(placed, 'node'))
    await writeFile(join(placed, 'node'), 'the wh')
    await placeRuntime(runtime, join(folder, 'shelf'), forOthers)
    expect(await readFile(join(placed, 'node'), 'utf8')).toBe('the whole runtime')
    expect(await readdir(placed)).toEqual(['node'])
  })

  it.skipIf(process.platform !== 'linux')(
    'goes with what it was linked from, once nothing executes it',
    async () => {
      const shelf = join(folder, 'shelf')
      await rm(runtime)
      await copyFile('/bin/sleep', runtime)
      const old = await placeRuntime(runtime, shelf, true)
      const program = spawn(join(old, 'node'), ['60'])
      await once(program, 'spawn')
      await rm(runtime)
      await writeFile(runtime, 'the next release', { mode: 0o755 })
      const next = await placeRuntime(runtime, shelf, true)
      expect((await readdir(shelf)).toSorted()).toEqual(
        [old, next].map((at) => basename(at)).toSorted(),
      )
      program.kill('SIGKILL')
      await once(program, 'exit')
      await placeRuntime(runtime, shelf, true)
      expect(await readdir(shelf)).toEqual([basename(next)])
    },
  )

  it('is open to others whatever the umask', async () => {
    const before = process.umask(0o077)
    try {
      const placed = await placeRuntime(runtime, join(folder, 'shelf'), true)
      expect((await stat(placed)).mode & 0o777).toBe(0o755)
      expect((await stat(join(folder, 'shelf'))).mode & 0o777).toBe(0o755)
    } finally {
      process.umask(before)
    }
  })
})
