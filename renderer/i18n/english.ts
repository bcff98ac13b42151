import { asked } from './english/asked.ts'
import { canvas } from './english/canvas.ts'
import { computer } from './english/computer.ts'
import { deploy } from './english/deploy.ts'
import { firstRun } from './english/first-run.ts'
import { network } from './english/network.ts'
import { proposals } from './english/proposals.ts'
import { registry } from './english/registry.ts'
import { rules } from './english/rules.ts'
import { shell } from './english/shell.ts'
import { volumes } from './english/volumes.ts'
import { words } from './english/words.ts'
import { workloads } from './english/workloads.ts'

/** English, complete. A file for each screen; `words` is what several share. */
export const english = {
  shell,
  words,
  firstRun,
  network,
  proposals,
  registry,
  workloads,
  asked,
  rules,
  volumes,
  deploy,
  canvas,
  computer,
} as const
