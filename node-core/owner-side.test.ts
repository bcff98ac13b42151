import { expect, it } from 'vitest'
import { createSystemRandom } from './base/random/index.ts'
import { keyFromSeed } from './identity/index.ts'
import { OWNER_EXPORTS_WAITING_MAX } from './limits.ts'
import { createOwnerExports } from './owner-side.ts'

it('seals the owner’s key for one at a time, and lets a bounded number wait', async () => {
  const random = createSystemRandom()
  const ends: ((sealed: string) => void)[] = []
  const sealing = createOwnerExports(
    () => keyFromSeed(new Uint8Array(32)),
    random,
    () => new Promise((resolve) => ends.push(resolve)),
  )
  const waiting = Array.from({ length: 1 + OWNER_EXPORTS_WAITING_MAX }, (_, at) =>
    sealing(`passphrase ${at}`),
  )
  await expect(sealing('one too many')).rejects.toMatchObject({ code: 'BUSY' })
  for (const [at, one] of waiting.entries()) {
    expect(ends).toHaveLength(at + 1)
    ends[at]?.(`sealed ${at}`)
    expect(await one).toMatchObject({ sealed: `sealed ${at}`, passphrase: `passphrase ${at}` })
    await new Promise(setImmediate)
  }
  const after = sealing()
  await new Promise(setImmediate)
  ends.at(-1)?.('sealed after')
  expect((await after).sealed).toBe('sealed after')
})

it('goes on after one that failed', async () => {
  let fails = true
  const sealing = createOwnerExports(
    () => keyFromSeed(new Uint8Array(32)),
    createSystemRandom(),
    async () => {
      if (fails) throw new Error('No memory.')
      return 'sealed'
    },
  )
  await expect(sealing()).rejects.toThrow('No memory.')
  fails = false
  expect((await sealing()).sealed).toBe('sealed')
})
