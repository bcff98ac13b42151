import { describe, expect, it } from 'vitest'
import { REFUSAL_CODES } from '../registry/index.ts'
import { refusal } from './refusing.ts'

describe('what the registry refuses', () => {
  it('is told in words for each code, and keeps its code', () => {
    for (const code of REFUSAL_CODES) {
      const { message, code: kept } = refusal({ ok: false, code })
      expect(kept).toBe(code)
      expect(message).not.toContain(code)
      expect(message).toMatch(/^[A-Z].*\.$/s)
    }
  })

  it('says of which form a name has to be', () => {
    expect(refusal({ ok: false, code: 'MALFORMED' }).message).toContain('without spaces')
  })

  it('names the rule that a lease or a transaction has broken', () => {
    const value = new Uint8Array()
    const put = { kind: 'kv.put', body: { key: 'a/b', value, lease: 'nolease' } } as const
    expect(refusal({ ok: false, code: 'MALFORMED' }, put).message).toMatch(
      /^The key “a\/b” cannot hang on the lease “nolease”: .*“a\/worker-1”\.$/,
    )
    const success = ['shop/a', 'other/b'].map((key) => ({ op: 'put' as const, key, value }))
    const body = { compare: [], success, failure: [] }
    const txn = { kind: 'kv.transact' as const, body }
    expect(refusal({ ok: false, code: 'MALFORMED' }, txn).message).toMatch(/have “shop”, “other”:/)
    const one = { kind: 'kv.put', body: { key: 'a b', value } } as const
    expect(refusal({ ok: false, code: 'MALFORMED' }, one).message).toContain('without spaces')
  })

  it('names what is there already, and whose name is taken', () => {
    const lease = { kind: 'lease.grant', body: { lease: 'shop/a', ttlMs: 5_000 } } as const
    expect(refusal({ ok: false, code: 'EXISTS' }, lease).message).toBe(
      'There is a lease “shop/a” already. Keep that one alive, end it first, or take another name.',
    )
    const put = { kind: 'kv.put', body: { key: 'shop/stock', value: new Uint8Array() } } as const
    const taken = refusal({ ok: false, code: 'NAME_TAKEN' }, put)
    expect(taken.code).toBe('NAME_TAKEN')
    expect(taken.message).toMatch(/^“shop” is a name of another owner/)
    // Nobody typed the name of a lease that holds a lock.
    const held = { kind: 'lease.grant', body: { lease: 'shop/host-7-a1', ttlMs: 5_000 } } as const
    expect(refusal({ ok: false, code: 'NAME_TAKEN' }, held).message).toBe(taken.message)
    const words = refusal({ ok: false, code: 'NOT_FOUND' }, put).message
    expect(words).toBe(refusal({ ok: false, code: 'NOT_FOUND' }).message)
  })

  it('names a code that only a newer release knows', () => {
    const { message, code } = refusal({ ok: false, code: 'constructor', details: { at: 1 } })
    expect([code, message]).toEqual(['constructor', 'The registry refuses this: constructor.'])
  })
})
