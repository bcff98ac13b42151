import { describe, expect, it } from 'vitest'
import { formatRange, holds, isShielded, parseRange, SHIELDED_IPV4 } from './index.ts'

const range = (text: string) => parseRange(text)!

describe('ranges', () => {
  it.each(['0.0.0.0/0', '10.0.0.0/8', '203.0.113.7/32', '255.255.255.255/32'])(
    'reads %s',
    (text) => {
      expect(formatRange(range(text))).toBe(text)
    },
  )
  it.each([
    ...['', '10.0.0.0/', '10.0.0/8', '10.0.0.0/33', '10.0.0.1/8', '256.0.0.0', '010.0.0.0/8'],
    ...['::/0', '10.0.0.0/8 ', '-1.0.0.0'],
  ])('refuses “%s”', (text) => {
    expect(parseRange(text)).toBeUndefined()
  })
  it('holds what lies in it whole', () => {
    expect(holds(range('10.0.0.0/8'), range('10.255.255.255'))).toBe(true)
    expect(holds(range('10.0.0.0/8'), range('11.0.0.0'))).toBe(false)
    expect(holds(range('10.0.0.0/16'), range('10.0.0.0/8'))).toBe(false)
    expect(holds(range('0.0.0.0/0'), range('224.0.0.0/4'))).toBe(true)
  })
})

describe('what is shielded', () => {
  it.each([
    ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.178.1', '100.64.0.1'],
    ...['169.254.169.254', '127.0.0.1', '224.0.0.251', '239.255.255.250', '255.255.255.255'],
    ...['0.0.0.0', '::1', 'fe80::1', 'fc00::1', '2001:db8::1', '::ffff:10.0.0.1', 'localhost'],
  ])('%s', (address) => {
    expect(isShielded(address, [])).toBe(true)
  })
  it.each(['1.1.1.1', '172.15.255.255', '172.32.0.0', '100.128.0.0', '223.255.255.255'])(
    'is not %s',
    (address) => {
      expect(isShielded(address, [])).toBe(false)
    },
  )
  it('but what the owner opens', () => {
    expect(isShielded('192.168.1.9', [range('192.168.1.8/29')])).toBe(false)
    expect(isShielded('192.168.1.16', [range('192.168.1.8/29')])).toBe(true)
  })
  it('and what the computer itself has, whatever the Internet knows it by', () => {
    expect(isShielded('203.0.113.7', [], ['203.0.113.7'])).toBe(true)
    expect(isShielded('203.0.113.8', [], ['203.0.113.7'])).toBe(false)
    expect(isShielded('203.0.113.7', [range('203.0.113.0/24')], ['203.0.113.7'])).toBe(false)
  })
  it('is written as ranges are', () => {
    expect(SHIELDED_IPV4.map((text) => formatRange(range(text)))).toEqual([...SHIELDED_IPV4])
  })
})
