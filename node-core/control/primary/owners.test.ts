import { describe, expect, it } from 'vitest'
import type { OwnerId, Permission } from '../../identity/index.ts'
import type { OwnerFacts } from './index.ts'
import { untold } from './owners.ts'

const owner = 'b'.repeat(64) as OwnerId
const facts = (change: Partial<OwnerFacts> = {}): OwnerFacts => ({
  ...{ owner, key: new Uint8Array(32), name: 'Ben', permissions: ['use', 'deploy'] },
  removed: false,
  ...change,
})
const known = (permissions?: Permission[], removed = false): Parameters<typeof untold>[0] =>
  permissions ? [{ owner, permissions, removed }] : []
const nobody = (): boolean => false

describe('what the registry has yet to be told of owners', () => {
  it('names who came, with permissions in the registry’s order', () => {
    expect(untold(known(), [facts()], nobody)).toEqual([
      {
        kind: 'member.admit',
        body: { owner: new Uint8Array(32), name: 'Ben', permissions: ['deploy', 'use'] },
      },
    ])
  })

  it('says nothing where nothing changed, of founders, and of those removed for good', () => {
    expect(untold(known(['deploy', 'use']), [facts()], nobody)).toEqual([])
    expect(untold(known(), [facts()], () => true)).toEqual([])
    expect(untold(known(['use'], true), [facts()], nobody)).toEqual([])
  })

  it('leaves it to the registry what they may do', () => {
    expect(untold(known(['use']), [facts()], nobody)).toEqual([])
  })

  it('names who went', () => {
    expect(untold(known(['use']), [facts({ removed: true })], nobody)).toEqual([
      { kind: 'member.remove', body: { owner } },
    ])
    expect(untold(known(), [facts({ removed: true })], nobody)).toEqual([])
  })
})
