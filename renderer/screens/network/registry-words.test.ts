import { expect, it } from 'vitest'
import { primaryOf } from '../../testing/scenarios/status.ts'
import { registryState } from './registry-words.ts'

it.each([
  [{ mayFail: 1, silent: 0 }, 'well', 'inForce'],
  [{ mayFail: 1, silent: 1 }, 'well', 'inForce'],
  [{ mayFail: 0, silent: 1 }, 'warn', 'bearsNoMore'],
  [{ mayFail: 0, silent: 0 }, 'well', 'inForce'],
  [{ mayFail: 0, silent: 2, inForce: false }, 'bad', 'writesWait'],
] as const)('a registry with %o looks %s', (shape, tone, word) => {
  expect(registryState(primaryOf(shape))).toEqual({ tone, word })
})
