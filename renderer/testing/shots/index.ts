/** What there is to see: each screen, the state it is shown in, and how to get there. */

import { CANVAS } from './canvas.ts'
import { DEPLOY } from './deploy.ts'
import { DESKTOP } from './desktop.ts'
import { EVERYWHERE } from './everywhere.ts'
import { FIRST_RUN } from './first-run.ts'
import { NETWORK } from './network.ts'
import { PROPOSALS } from './proposals.ts'
import { REGISTRY } from './registry.ts'
import { SHELL } from './shell.ts'
import type { Shot } from './shot.ts'
import { WORKLOAD } from './workload.ts'
import { WORKLOADS } from './workloads.ts'

export { type Shot, SIZES, type Size } from './shot.ts'

export const SHOTS: readonly Shot[] = [
  ...FIRST_RUN,
  ...NETWORK,
  ...PROPOSALS,
  ...REGISTRY,
  ...WORKLOADS,
  ...WORKLOAD,
  ...SHELL,
  ...DEPLOY,
  ...CANVAS,
  ...EVERYWHERE,
  ...DESKTOP,
]
