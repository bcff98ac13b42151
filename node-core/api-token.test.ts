import { expect, it } from 'vitest'
import { openApiToken } from './api-token.ts'
import { createSimDisk } from './base/disk/index.ts'

const MADE = /^[A-Za-z0-9_-]{43}$/

it('is made once, and kept', async () => {
  const disk = createSimDisk()
  const token = await openApiToken(disk)
  expect(token).toMatch(MADE)
  expect(await openApiToken(disk)).toBe(token)
})

it.each(['', ' \n', 'short', `${'a'.repeat(43)} b`])(
  'is made anew where the file has %j',
  async (text) => {
    const disk = createSimDisk()
    await disk.writeAtomic('api-token', new TextEncoder().encode(text))
    const token = await openApiToken(disk)
    expect(token).toMatch(MADE)
    expect(await openApiToken(disk)).toBe(token)
  },
)
