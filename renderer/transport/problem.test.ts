import { describe, expect, it } from 'vitest'
import { toProblem } from './problem.ts'

describe('a problem', () => {
  it('names its fields, from RPC and from HTTP alike', () => {
    const issues = [{ path: 'containers.0.image', message: 'Too long.' }]
    const fields = [{ path: 'containers.0.image', message: 'Too long.' }]
    const rpc = { code: 'VALIDATION_ERROR', message: 'Not valid.', data: issues }
    const http = { code: 'VALIDATION_ERROR', error: 'Not valid.', details: issues }
    expect(toProblem(rpc)).toEqual({ code: 'VALIDATION_ERROR', message: 'Not valid.', fields })
    expect(toProblem(http)).toEqual({ code: 'VALIDATION_ERROR', message: 'Not valid.', fields })
  })

  it('says whose signature is not trusted', () => {
    const details = { publicKey: 'ab12', reason: 'PUBLISHER_UNTRUSTED' }
    const refused = { code: 'FORBIDDEN', error: 'Nobody here trusts who signed it.', details }
    expect(toProblem(refused).publisher).toBe('ab12')
    const other = { ...refused, details: { ...details, reason: 'FOUNDER' } }
    expect(toProblem(other)).not.toHaveProperty('publisher')
  })

  it('reads paths of steps', () => {
    const data = { issues: [{ path: ['a', { key: 'b' }, 0], message: 'No.' }] }
    expect(toProblem({ code: 'X', message: 'No.', data }).fields[0]?.path).toBe('a.b.0')
  })

  it.each([new Error('gone'), 'gone', undefined, null, 7])('survives %s', (thrown) => {
    expect(toProblem(thrown)).toMatchObject({ code: 'UNREACHABLE', fields: [] })
  })
})
