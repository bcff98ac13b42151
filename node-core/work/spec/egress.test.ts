import { describe, expect, it } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm } from './index.ts'
import { templateOf } from './template.ts'
import { refusal } from './testing/refusal.ts'

const web = (egress?: unknown, more: object = {}): unknown => ({
  ...{ name: 'web', containers: [{ image: 'a' }], ...more },
  ...(egress !== undefined && { egress }),
})
const api = { host: 'api.example.org', ports: [443] }
const range = { address: '203.0.113.0/24', ports: [80, 443], protocol: 'udp' }

describe('what a workload may connect to', () => {
  it('is nothing unless it is said', () => {
    for (const said of [undefined, 'none', []]) {
      expect(parseWorkload(web(said))).not.toHaveProperty('egress')
    }
    expect(parseWorkload(web('all')).egress).toBe('all')
  })

  it('is filled up, and kept as it was committed', () => {
    const listed = parseWorkload(web([api, range, { address: '203.0.113.9', ports: [5] }]))
    expect(listed.egress).toEqual([
      api,
      range,
      { address: '203.0.113.9/32', ports: [5], protocol: 'tcp' },
    ])
    for (const workload of [listed, parseWorkload(web('all')), parseWorkload(web())]) {
      expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    }
  })

  it('is part of what an instance is made of, and leaves those of earlier releases as they are', () => {
    const [none, all] = [parseWorkload(web('none')), parseWorkload(web('all'))]
    expect(templateOf(none)).toBe(templateOf(parseWorkload(web())))
    expect(templateOf(all)).not.toBe(templateOf(none))
  })

  it('changes as a whole, and stays where nothing is said of it', () => {
    const before = parseWorkload(web([api]))
    expect(applyChange(before, { replicas: 2 }).egress).toEqual([api])
    expect(applyChange(before, { egress: 'all' }).egress).toBe('all')
    expect(applyChange(before, { egress: 'none' })).not.toHaveProperty('egress')
  })

  it.each([
    ['some', 'egress'],
    [7, 'egress'],
    [[{ ports: [443] }], 'egress.0'],
    [[{ ...range, host: 'api.example.org', protocol: 'tcp' }], 'egress.0'],
    [[{ host: 'api.example.org' }], 'egress.0.ports'],
    [[{ host: 'api.example.org', ports: [] }], 'egress.0.ports'],
    [[{ host: 'api.example.org', ports: [443, 0] }], 'egress.0.ports.1'],
    [[api, { host: 'intranet', ports: [80] }], 'egress.1.host'],
    [[{ host: '203.0.113.9', ports: [80] }], 'egress.0.host'],
    [[{ host: '*.example.org', ports: [80] }], 'egress.0.host'],
    [[{ ...api, protocol: 'udp' }], 'egress.0.protocol'],
    [[{ ...range, protocol: 'icmp' }], 'egress.0.protocol'],
    [[{ ...range, address: '203.0.113.9/24' }], 'egress.0.address'],
    [[{ ...range, address: '203.0.113.0/33' }], 'egress.0.address'],
    [[{ ...range, address: '2001:db8::/32' }], 'egress.0.address'],
    [[{ ...api, port: 443 }], 'egress.0.port'],
    [[api, api], 'egress.1.host'],
  ])('refuses %j by its field', (egress, path) => {
    expect(refusal(() => parseWorkload(web(egress)))).toEqual([path])
  })

  it('leads a host name to one place', () => {
    const uses = [{ name: 'db', as: 'api.example.org' }]
    expect(refusal(() => parseWorkload(web([api], { uses })))).toEqual(['egress.0.host'])
  })
})
