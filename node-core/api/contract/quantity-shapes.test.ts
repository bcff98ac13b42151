import { expect, test } from 'vitest'
import { parseCpuMillis, parseMemoryBytes } from '../../work/spec/quantities.ts'
import { cpu, memory } from './quantity-shapes.ts'
import { deployInput } from './workloads.ts'

const TEXTS = [
  ...[
    '',
    '2',
    '0.5',
    '.5',
    '2.',
    '5e-1',
    '500m',
    '500M',
    '-1',
    '+1',
    'lots',
    '1 ',
    '0x10',
    '1e',
    'm',
  ],
  ...[
    '256Mi',
    '256mi',
    '1Gi',
    '512M',
    '512m',
    '1k',
    '1K',
    '1Ki',
    '1ki',
    '1e3',
    '1e3M',
    '1B',
    'Gi',
    '9Gi',
  ],
]

test.each(TEXTS)('the door lets through what a workload may say, and no more: “%s”', (text) => {
  expect(cpu.safeParse(text).success).toBe(parseCpuMillis(text) !== undefined)
  expect(memory.safeParse(text).success).toBe(parseMemoryBytes(text) !== undefined)
})

test('an amount that is none is told with whatever else is wrong', () => {
  const resources = { cpu: 'lots', memory: { much: true } }
  const asked = { name: 'web', containers: [{ image: 'hello:1' }], resources, replicas: -1 }
  const issues = deployInput.safeParse(asked).error?.issues ?? []
  expect(issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
    ['replicas', expect.any(String)],
    ['resources.cpu', 'Not an amount of CPU, such as "500m" or "2".'],
    ['resources.memory', 'Not an amount of bytes, such as "256Mi", "1Gi" or "512M".'],
  ])
})
