import { expect, it } from 'vitest'
import type { Outputs } from '../node-client.ts'
import { createSteps } from './steps.ts'

type Copy = Outputs['workloads']['get']['instances'][number]

const reason = { code: 'IMAGE_NOT_FOUND', message: 'No registry has “web:9”.' }

function copy(index: number, change: Partial<Copy> = {}): Copy {
  const facts = { id: `web-${index}`, node: 'a', nodeName: 'ada', restarts: 0, ...change }
  return { status: 'Starting', health: 'unknown', ports: {}, index, ...facts } as Copy
}

const looks = (...seen: Copy[][]): string[][] => {
  const news = createSteps()
  return seen.map((instances) => news({ name: 'web', instances, conditions: [] }))
}

it('says once what several copies say alike, and of which', () => {
  const on = { nodeName: 'ben', reason }
  expect(looks([copy(0, { reason }), copy(1, { reason }), copy(2, on), copy(3)])).toEqual([
    [`web-0, web-1 on ada and web-2 on ben: ${reason.message}`, 'web-3 on ada: Starting'],
  ])
})

it('says of those who tell it later only that they are as the first', () => {
  const [first, second] = [copy(0, { reason }), copy(1)]
  const later = copy(1, { reason })
  expect(looks([first, second], [first, later], [first, second], [first, later])).toEqual([
    [`web-0 on ada: ${reason.message}`, 'web-1 on ada: Starting'],
    ['web-1 on ada: as web-0 on ada'],
    [],
    [],
  ])
})

it('says every state of a copy in words of its own', () => {
  const runs = { status: 'Running', health: 'healthy' } as const
  expect(looks([copy(0, runs), copy(1)], [copy(0, runs), copy(1, runs)])).toEqual([
    ['web-0 on ada: Running, healthy', 'web-1 on ada: Starting'],
    ['web-1 on ada: Running, healthy'],
  ])
})

it('says of the workload what none of its copies has said', () => {
  const news = createSteps()
  const conditions = [reason, { code: 'PORT_TAKEN', message: 'On ada: Port 80 is taken.' }]
  expect(news({ name: 'web', instances: [copy(0, { reason })], conditions })).toEqual([
    `web-0 on ada: ${reason.message}`,
    'On ada: Port 80 is taken.',
  ])
  expect(news({ name: 'web', instances: [], conditions: conditions.slice(1) })).toEqual([])
})
