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

  it('names a code that only a newer release knows', () => {
    const { message, code } = refusal({ ok: false, code: 'constructor', details: { at: 1 } })
    expect([code, message]).toEqual(['constructor', 'The registry refuses this: constructor.'])
  })
})
