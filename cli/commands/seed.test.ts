import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { exitFor } from '../exit-codes.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

it('keeps a seed up to date, lists it, and leaves it alone', async () => {
  const said = await home.run('seed', 'publish', '--to', 'garden.spore')
  expect(said).toMatchObject({ exit: 0, out: expect.stringContaining('kept up to date') })
  const location = path.resolve('garden.spore')
  expect(home.node.world.seeds).toEqual([{ location, writes: true }])
  expect((await home.run('seed', 'list')).out).toContain(location)
  expect((await home.run('seed', 'forget', location)).exit).toBe(0)
  expect((await home.run('seed', 'forget', location)).exit).toBe(5)
})

it('writes the newest document to a file, or says that there is none', async () => {
  expect((await home.run('seed', 'show')).exit).toBe(5)
  home.node.world.spore = {
    ...{ version: '0.12.1', issuedAt: '2026-11-25T12:00:00.000Z', voters: [], nodes: 3 },
    bytes: Uint8Array.of(1, 2, 3),
  }
  const file = path.join(home.home, 'out.spore')
  const { out } = await home.run('seed', 'show', '--out', file)
  expect(out).toContain('0.12.1')
  expect([...readFileSync(file)]).toEqual([1, 2, 3])
})

it('takes a place that is none for wrong usage', () => {
  expect(exitFor('VALIDATION_ERROR', 'SEED_LOCATION_INVALID')).toBe(2)
  expect(exitFor('VALIDATION_ERROR', 'INVITE_INVALID')).toBe(1)
})

it('lets nobody but an admin publish', async () => {
  home.node.world.permissions = ['use']
  expect((await home.run('seed', 'publish', '--to', '/x')).exit).toBe(4)
})
