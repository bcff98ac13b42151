import { expect, test } from 'vitest'
import { createSimDisk } from '../disk/index.ts'
import { createMemoryLogger } from '../log/index.ts'
import { createKeptFile } from './index.ts'

function open(bytesMax = 1_000) {
  const disk = createSimDisk()
  const logger = createMemoryLogger()
  return { disk, logger, kept: createKeptFile({ disk, path: 'a/b.cbor', logger }, { bytesMax }) }
}

test('a value is there again, and another takes its place', async () => {
  const { kept } = open()
  expect(await kept.read()).toBeUndefined()
  expect(await kept.write({ some: ['thing'] })).toBe(true)
  await kept.write({ some: ['other'] })
  expect(await kept.read()).toEqual({ some: ['other'] })
})

test('a flipped bit anywhere is found, and said', async () => {
  const { disk, kept, logger } = open()
  await kept.write({ some: 'thing' })
  const bits = ((await disk.size('a/b.cbor')) ?? 0) * 8
  expect(bits).toBeGreaterThan(0)
  for (let bit = 0; bit < bits; bit++) {
    disk.flipBit('a/b.cbor', bit)
    expect(await kept.read(), `bit ${bit}`).toBeUndefined()
    disk.flipBit('a/b.cbor', bit)
  }
  expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(bits)
  expect(await kept.read()).toEqual({ some: 'thing' })
})

test('a full disk is worth another try, and keeps what there was', async () => {
  const { disk, kept } = open()
  await kept.write('first')
  disk.setCapacity(0)
  expect(await kept.write('second')).toBe(false)
  expect(await kept.read()).toBe('first')
})

test('what is too large is not kept, and is not tried again', async () => {
  const { kept, logger } = open(10)
  expect(await kept.write('x'.repeat(11))).toBe(true)
  expect(await kept.read()).toBeUndefined()
  expect(logger.lines.some(({ level }) => level === 'warn')).toBe(true)
})
