import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatPairs, parsePairs } from './pairs.ts'

describe('pairs', () => {
  it('reads back what it wrote', () => {
    const key = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/)
    const value = fc.string().map((text) => text.replace(/\n/g, ' '))
    fc.assert(
      fc.property(fc.dictionary(key, value), (pairs) => {
        expect(parsePairs(formatPairs(pairs).join('\n')).pairs).toEqual({ ...pairs })
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('names the first line that is none', () => {
    expect(parsePairs('A=1\n# note\n\nwrong\n=x').wrongLine).toBe(4)
  })

  it('keeps everything after the first "="', () => {
    expect(parsePairs('URL=http://a/?b=c').pairs).toEqual({ URL: 'http://a/?b=c' })
  })
})
