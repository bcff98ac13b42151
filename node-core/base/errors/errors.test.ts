import { describe, expect, it } from 'vitest'
import { assert, InvariantError, isCode, MyceliumError, messageOf, unreachable } from './index.ts'

describe('errors', () => {
  it('carry a code, details and their cause', () => {
    const cause = new Error('below')
    const error = new MyceliumError('DISK_FULL', 'Full.', { details: { path: 'a' }, cause })
    expect(error).toMatchObject({ code: 'DISK_FULL', details: { path: 'a' }, cause })
    expect(isCode(error, 'DISK_FULL')).toBe(true)
    expect(isCode(error, 'OTHER')).toBe(false)
    expect(isCode(cause, 'DISK_FULL')).toBe(false)
    expect('cause' in new MyceliumError('X', 'No cause.')).toBe(false)
  })

  it('tell a broken invariant apart', () => {
    expect(() => assert(false, 'Never.')).toThrow(InvariantError)
    expect(() => unreachable('new kind' as never)).toThrow(InvariantError)
    assert(true, 'Fine.')
  })

  it('have a text whatever was thrown', () => {
    expect(messageOf(new Error('text'))).toBe('text')
    expect(messageOf('text')).toBe('text')
    expect(messageOf(undefined)).toBe('undefined')
  })
})
