import { expect, test } from 'vitest'
import { findHostPorts, reachedAt } from './host-ports.ts'
import { attachedTo } from './profile.ts'

const DNS = [
  { containerPort: 53, hostPort: 5_300, protocol: 'tcp' as const },
  { containerPort: 53, hostPort: 5_301, protocol: 'udp' as const },
]
const find = async (wanted = 40_000): Promise<number> => wanted

test('a port has the host port of each of its protocols', async () => {
  const hostPorts = await findHostPorts(DNS, find)
  const network = { kind: 'own' as const, ports: DNS, hostPorts, network: undefined }
  expect(attachedTo({ ...network, resolves: true })).toMatchObject({
    PortBindings: { '53/tcp': [{ HostPort: '5300' }], '53/udp': [{ HostPort: '5301' }] },
  })
})

test('is reached over TCP where it has both, whichever was said first', async () => {
  expect(reachedAt(await findHostPorts(DNS, find))).toEqual({ 53: 5_300 })
  expect(reachedAt(await findHostPorts(DNS.toReversed(), find))).toEqual({ 53: 5_300 })
  expect(reachedAt(await findHostPorts(DNS.slice(1), find))).toEqual({ 53: 5_301 })
})
