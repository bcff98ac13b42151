import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { type PieceList, pieceListOf } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { SOON_MS } from './limits.ts'
import { createShares } from './shares.ts'

const DIGEST = `sha256:${'a'.repeat(64)}` as Digest

function open() {
  const clock = createSimClock()
  const examine = () => Promise.reject(new Error('Nothing is read here.'))
  return { clock, shares: createShares(clock, { examine }, () => []) }
}

it('leaves no timer behind of those who were told in time', async () => {
  const { clock, shares } = open()
  shares.expect(DIGEST)
  const asked = Array.from({ length: 50 }, () => shares.underWay(DIGEST))
  shares.end(DIGEST)
  expect(await Promise.all(asked)).toEqual(asked.map(() => undefined))
  expect(clock.runNext()).toBe(false)
})

it('keeps nobody waiting for longer than a moment, each from when it asked', async () => {
  const { clock, shares } = open()
  shares.expect(DIGEST)
  let told = 0
  const ask = () => shares.underWay(DIGEST).then(() => told++)
  const first = ask()
  clock.advance(SOON_MS - 1)
  const second = ask()
  clock.advance(1)
  await first
  expect(told).toBe(1)
  clock.advance(SOON_MS)
  await second
  expect(told).toBe(2)
})

it('has who asks come again where reading a file takes longer than a moment, and reads it once', async () => {
  const clock = createSimClock()
  const read = Promise.withResolvers<{ digest: Digest; list: PieceList | undefined }>()
  let readings = 0
  const examine = () => {
    readings++
    return read.promise
  }
  const shares = createShares(clock, { examine }, () => [])
  const asked = shares.wholeSoon(DIGEST, 'file')
  clock.advance(SOON_MS)
  expect(await asked).toBe('later')
  const again = shares.wholeSoon(DIGEST, 'file')
  const list = pieceListOf(1, new Uint8Array(32))
  read.resolve({ digest: DIGEST, list })
  expect(await again).toMatchObject({ list })
  expect(readings).toBe(1)
  expect(clock.runNext()).toBe(false)
})
