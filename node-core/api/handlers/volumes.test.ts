import { expect, test } from 'vitest'
import { type Instance, type KeptVolume, parseWorkload, templateOf } from '../../work/spec/index.ts'
import type { NetworkParts } from './index.ts'
import { volumeStateOf } from './volumes.ts'

const NODE = '1'.repeat(64) as KeptVolume['node']
const OWNER = 'a'.repeat(64) as KeptVolume['owner']
const workload = parseWorkload({
  name: 'db',
  containers: [{ image: 'db', mounts: [{ volume: 'data', path: '/x' }] }],
  volumes: [{ name: 'data' }],
})
const wanted = { workload, owner: OWNER, generation: 1 }
const parts = {
  membership: { get: () => ({ liveness: 'alive' }) },
  desired: { get: () => wanted },
} as unknown as Pick<NetworkParts, 'membership' | 'desired'>
const copy: Instance = {
  ...{ id: 'db-1-abc', workload: 'db', index: 1, generation: 1, template: templateOf(workload) },
  ...{ node: NODE, status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
}
const stateOf = (index: number, instances: Instance[], volume = 'data') => {
  const named = { owner: OWNER, workload: 'db', index, volume }
  const kept = { ...named, id: 'a', node: NODE, sizeBytes: 1, createdAt: '' }
  return volumeStateOf(parts, kept, instances)
}

test('data is used where a copy is wanted, or one that is not wanted any more still has it', () => {
  expect(stateOf(0, [])).toBe('used')
  expect(stateOf(1, [])).toBe('kept')
  expect(stateOf(1, [copy])).toBe('used')
  expect(stateOf(1, [{ ...copy, status: 'Stopping' }])).toBe('kept')
  expect(stateOf(1, [copy], 'of before')).toBe('kept')
  expect(stateOf(1, [{ ...copy, template: 'of before' }], 'of before')).toBe('used')
})
