import { afterEach, expect, it, vi } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey } from '../../identity/index.ts'
import * as signature from '../../identity/signature.ts'
import { type Command, createBatchReader, isVerified, openBatch, sealBatch } from './index.ts'
import { REMEMBERED_BATCHES_MAX } from './limits.ts'

const random = createSeededRandom(1)
const owner = generateKey(random)
const signer = generateKey(random)
const createdAt = '2026-11-20T12:00:00.000Z'
const network = foundNetwork(owner, { name: 'G', consensus: 'raft', createdAt }, random)
const head = (first: number) => ({ incarnation: 1, first, settled: 0, timeMs: 1 })
const commands: Command[] = [
  { kind: 'kv.put', body: { key: 'shop/stock', value: new Uint8Array([1, 2]) } },
]
const sealed = (first: number) => sealBatch(signer, network.id, head(first), commands)

const checked = vi.spyOn(signature, 'verify')
afterEach(() => checked.mockClear())

it('checks what it is handed once, and forgets it when it is applied', () => {
  const reader = createBatchReader(network)
  const bytes = sealed(1)
  const opened = reader.open(bytes)
  expect(isVerified(opened) && opened.first).toBe(1)
  expect(reader.open(Uint8Array.from(bytes))).toBe(opened)
  expect(reader.take(Uint8Array.from(bytes))).toBe(opened)
  expect(checked).toHaveBeenCalledTimes(1)
  expect(reader.take(bytes)).toMatchObject({ first: 1 })
  expect(checked).toHaveBeenCalledTimes(2)
})

it('does not check what was sealed here, and reads in it what others read', () => {
  const reader = createBatchReader(network)
  const bytes = reader.seal(signer, head(1), commands)
  const opened = reader.take(bytes)
  expect(checked).not.toHaveBeenCalled()
  const others = openBatch(network, bytes)
  expect(JSON.stringify(opened)).toBe(JSON.stringify(others))
  expect(bytes).toEqual(sealed(1))
})

it('remembers nothing that does not hold, nor one bit of difference', () => {
  const reader = createBatchReader(network)
  const bytes = sealed(1)
  reader.open(bytes)
  for (let bit = 0; bit < bytes.byteLength * 8; bit += 7) {
    const changed = Uint8Array.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(isVerified(reader.open(changed))).toBe(false)
    expect(isVerified(reader.take(changed))).toBe(false)
  }
})

it('holds no more than its bound, the newest', () => {
  const reader = createBatchReader(network)
  const all = Array.from({ length: REMEMBERED_BATCHES_MAX + 1 }, (_, at) => sealed(at + 1))
  for (const bytes of all) reader.open(bytes)
  checked.mockClear()
  for (const bytes of all.slice(1)) reader.take(bytes)
  expect(checked).not.toHaveBeenCalled()
  for (const bytes of all.slice(0, 1)) reader.take(bytes)
  expect(checked).toHaveBeenCalledTimes(1)
})
