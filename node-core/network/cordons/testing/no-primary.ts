/** Cordons of a network that has nobody who votes. */
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { parseOwnerId } from '../../../identity/index.ts'
import { type Cordons, type CordonsDeps, createCordons } from '../index.ts'

/** To be started with what reads it. */
export function cordonsOfState(deps: {
  state: CordonsDeps['state']
  clock: Clock
  logger: Logger
}): Cordons {
  const owner = parseOwnerId('0'.repeat(64))
  if (!owner) throw new Error('A test id is malformed.')
  return createCordons({
    ...deps,
    owner,
    permissions: () => new Set(),
    primary: () => ({
      view: () => undefined,
      status: () => ({ committee: undefined, inForce: false }),
      subscribe: () => () => {},
      async execute() {
        throw new MyceliumError('NO_PRIMARY', 'Nobody votes.')
      },
    }),
  })
}
