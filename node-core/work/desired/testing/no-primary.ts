/** The desired state of a network without a Primary: the shared state's alone. */
import { createSimClock } from '../../../base/clock/index.ts'
import { createSimDisk } from '../../../base/disk/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import { createDesired, type Desired, type DesiredDeps } from '../index.ts'

export const NO_PRIMARY: DesiredDeps['primary'] = {
  view: () => undefined,
  subscribe: () => () => {},
  status: () => ({
    ...{ role: 'none', inForce: false, caughtUp: false },
    committee: undefined,
  }),
  async execute() {
    throw new MyceliumError('NO_PRIMARY', 'No committee keeps a registry in this network.')
  },
}

export function desiredOfState(deps: {
  state: DesiredDeps['state']
  clock?: DesiredDeps['clock']
  logger: Logger
}): Desired {
  return createDesired({
    ...{ primary: NO_PRIMARY, membership: { get: () => undefined, subscribe: () => () => {} } },
    ...{ owner: 'f'.repeat(64) as OwnerId, permissions: () => new Set() },
    ...{ clock: createSimClock(), disk: createSimDisk(), ...deps },
  })
}
