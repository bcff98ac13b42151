import { expect, it } from 'vitest'
import { type Changing, versionWords } from './copy-version.ts'

it('says of each copy which version it is of, and nothing while all are of one', () => {
  const copy: Changing['instances'][number] = {
    ...{ id: 'web-0-abcdef', index: 0, node: 'ada', nodeName: 'ada', restarts: 0, lost: false },
    ...{ status: 'Running', health: 'healthy' },
  }
  const rollout = { kind: 'rolling', atOnce: 1, paused: false } as const
  const instances = [{ ...copy, earlier: true as const }, copy]
  const of = { instances, replicas: 1, rollout, conditions: [] }
  expect(instances.map((one) => versionWords(one, of))).toEqual([
    'Old version, leaving.',
    'New version.',
  ])
  expect(versionWords(copy, { ...of, instances: [copy] })).toBe('')
})
