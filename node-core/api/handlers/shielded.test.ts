import { expect, test } from 'vitest'
import { shieldedReason } from './shielded.ts'

const to = (...addresses: string[]) =>
  addresses.map((address) => ({ address, ports: [80], protocol: 'tcp' as const }))

test('egress into a home network is told, once for each place', () => {
  const egress = to('192.168.0.0/16', '192.168.0.0/16', '127.0.0.1', '203.0.113.4', '9.0.0.0/8')
  const [told] = shieldedReason({ egress })
  expect(told?.code).toBe('EGRESS_SHIELDED')
  expect(told?.message).toMatch(/^192\.168\.0\.0\/16, 127\.0\.0\.1 are /)
})

test('there is nothing to tell of names, of public addresses, and of everything or nothing', () => {
  const named = [{ host: 'api.example.org', ports: [443] }]
  for (const egress of [to('203.0.113.0/24'), named, 'all'] as const) {
    expect(shieldedReason({ egress: egress as never })).toEqual([])
  }
  expect(shieldedReason({})).toEqual([])
})
