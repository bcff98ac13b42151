import { expect, it } from 'vitest'
import type { NetworkId, OwnerId } from '../../identity/index.ts'
import { commitTo, isRevealOf } from './sealed.ts'

const NETWORK = 'ab'.repeat(32) as NetworkId
const [ann, bob] = ['11'.repeat(32), '22'.repeat(32)] as [OwnerId, OwnerId]
const revealed = {
  proposer: ann,
  nonce: new Uint8Array(32).fill(7),
  payload: new Uint8Array(Buffer.from('my vote')),
}
const commitment = commitTo(NETWORK, revealed)

it('takes what was committed to, and nothing else', () => {
  expect(isRevealOf(NETWORK, commitment, revealed)).toBe(true)
  const others = [
    { ...revealed, proposer: bob },
    { ...revealed, nonce: new Uint8Array(32).fill(8) },
    { ...revealed, nonce: new Uint8Array(31).fill(7) },
    { ...revealed, payload: new Uint8Array(Buffer.from('my vote ')) },
  ]
  for (const other of others) expect(isRevealOf(NETWORK, commitment, other)).toBe(false)
  expect(isRevealOf('cd'.repeat(32) as NetworkId, commitment, revealed)).toBe(false)
})

it('commits to nothing that could be found by trying', () => {
  const code = expect.objectContaining({ code: 'NONCE_INVALID' })
  expect(() => commitTo(NETWORK, { ...revealed, nonce: new Uint8Array(8) })).toThrow(code)
})
