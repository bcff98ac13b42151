import { describe, expect, test } from 'vitest'
import type { OwnerId } from '../../identity/index.ts'
import type { DesiredWorkload } from '../spec/index.ts'
import { flatWorkload } from '../spec/testing/flat.ts'
import { clashText, hostNamesOf, leadsOf, leadText, toldPorts, type Wanted } from './index.ts'

const tcp = (containerPort: number) => ({ containerPort, protocol: 'tcp' as const })

function desired(name: string, more: object = {}, owner = 'ann'): DesiredWorkload {
  const workload = flatWorkload({ name, source: { image: name }, ...more })
  return { workload, owner: owner as OwnerId, generation: 1 }
}

const wantedOf = (all: ReadonlyMap<string, DesiredWorkload>): Wanted => ({
  desired: (name) => all.get(name),
  ownerOf: (name) => all.get(name)?.owner,
  told: (name) => (name === 'late' ? toldPorts([{ ports: { 8080: 32_768, 53: 53 } }]) : []),
})

describe('names of other workloads', () => {
  const all = new Map(
    [
      desired('db', { ports: [tcp(5432), tcp(80), { containerPort: 53, protocol: 'udp' }] }),
      desired('quiet'),
      desired('theirs', { ports: [tcp(80)] }, 'bob'),
    ].map((one) => [one.workload.name, one]),
  )
  const use = (name: string, as = name) => ({ name, as })
  const uses = [use('db', 'postgres'), use('theirs'), use('quiet'), use('later')]
  const leads = leadsOf(desired('web', { uses }), wantedOf(all))

  test('lead to the TCP ports of workloads of the same owner', () => {
    expect(leads[0]).toEqual({
      ...{ name: 'db', as: 'postgres', address: '127.64.0.1', ports: [80, 5432] },
    })
  })

  test('lead also where copies tell of ports, since an image may have come after the deploy', () => {
    const udp = { ports: [{ containerPort: 53, protocol: 'udp' }] }
    const late = new Map([['late', desired('late', udp)]])
    const [lead] = leadsOf(desired('web', { uses: [use('late')] }), wantedOf(late))
    expect(lead).toEqual({ name: 'late', as: 'late', address: '127.64.0.1', ports: [8080] })
  })

  test('take ports that the instance listens at without a word of it', () => {
    const clash = (more: object) => {
      const self = desired('web', { uses, ...more })
      return clashText(self, leadsOf(self, wantedOf(all)))
    }
    expect(clash({ ports: [tcp(80)] })).toMatch(
      /: 5432 is where “postgres” is found in it\. Declare/,
    )
    expect(clash({ ports: [tcp(5432), tcp(80)] })).toBe(undefined)
    expect(clash({ uses: [] })).toBe(undefined)
  })

  test('lead nowhere for a reason that is told', () => {
    expect(leads.map(({ why }) => why)).toEqual([
      undefined,
      'ANOTHER_OWNERS',
      'NO_TCP_PORT',
      'NOT_DEPLOYED',
    ])
    expect(leads.map(leadText)[3]).toBe('“later” leads nowhere: nobody has deployed it.')
    expect(leads.map(leadText)[2]).toMatch(/its image, .* mycelium update quiet -p 0:PORT\.$/)
    expect(leads.every(({ ports }, index) => index === 0 || ports.length === 0)).toBe(true)
  })

  test('lead to what their owner calls so, though another has the short name', () => {
    const [ann, bob] = ['a'.repeat(64), 'b'.repeat(64)]
    const mine = desired('theirs-of-bbbbbbbbbb', { ports: [tcp(80)] }, bob)
    const wanted = wantedOf(
      new Map(
        [desired('theirs', { ports: [tcp(81)] }, ann), mine].map((one) => [one.workload.name, one]),
      ),
    )
    const [lead] = leadsOf(desired('web', { uses: [use('theirs')] }, bob), wanted)
    expect(lead).toMatchObject({ as: 'theirs', name: 'theirs-of-bbbbbbbbbb', ports: [80] })
    const [of] = leadsOf(desired('web', { uses: [use('theirs')] }, ann), wanted)
    expect(of).toMatchObject({ as: 'theirs', name: 'theirs', ports: [81] })
  })

  test('lead out of the network to hosts that are listed, at their ports', () => {
    const api = { host: 'api.example.org', ports: [443] }
    const egress = [{ address: '203.0.113.0/24', ports: [80], protocol: 'tcp' as const }, api]
    const { workload } = desired('web', { uses: [use('db')], egress })
    const [, outside] = leadsOf({ ...desired('web'), workload }, wantedOf(all))
    expect(outside).toEqual({
      ...{ name: api.host, as: api.host, address: '127.64.1.1', ports: [443], outside: true },
    })
    expect(hostNamesOf(workload)).toEqual([
      { as: 'db', address: '127.64.0.1' },
      { as: 'api.example.org', address: '127.64.1.1' },
    ])
  })

  test('each have an address of their own', () => {
    expect(new Set(leads.map(({ address }) => address)).size).toBe(4)
  })
})
