/** How a change takes over (docs/adr/0022, 0038): what was said, filled up, and what cannot stand beside it. */
import { z } from 'zod'
import { DEFAULT_ROLLOUT } from './defaults.ts'
import type { WrongField } from './errors.ts'
import { atOnce } from './fields.ts'
import type { CanaryStep, Rollout, Workload } from './index.ts'
import { CANARY_STEPS_MAX, STEP_MS_MAX, STEP_MS_MIN, WARM_UP_MS_MAX } from './limits.ts'
import { portsOf } from './parts.ts'

/** Of a hundred requests. */
export const ALL = 100
const DEFAULT_STEPS: CanaryStep[] = [
  { share: 5, forMs: 300_000 },
  { share: 25, forMs: 300_000 },
]

const kind = z.enum(['rolling', 'blueGreen', 'canary'])
const steps = z
  .array(
    z.strictObject({
      share: z
        .number()
        .int()
        .min(1)
        .max(ALL - 1),
      forMs: z.number().int().min(STEP_MS_MIN).max(STEP_MS_MAX).exactOptional(),
    }),
  )
  .min(1)
  .max(CANARY_STEPS_MAX)
  .refine((list) => list.every(({ share }, at) => share > (list[at - 1]?.share ?? 0)), {
    error: 'Each share is above the one before.',
  })

const warmUpMs = z.number().int().min(0).max(WARM_UP_MS_MAX)

export const rolloutBody = z.strictObject({
  kind: kind.exactOptional(),
  atOnce: atOnce.exactOptional(),
  steps: steps.exactOptional(),
  warmUpMs: warmUpMs.exactOptional(),
  paused: z.boolean().exactOptional(),
})

export const storedRollout = z.strictObject({
  kind,
  atOnce,
  steps: steps.exactOptional(),
  // Whoever does not know it would let cold copies take over: it cannot read such a workload.
  warmUpMs: warmUpMs.min(1).exactOptional(),
  paused: z.boolean(),
})

/** Over `before`, or over what there is otherwise. */
export function toRollout(
  asked: z.output<typeof rolloutBody> | undefined,
  before: Rollout = DEFAULT_ROLLOUT,
  wrong: WrongField[],
): Rollout {
  const { steps: said, warmUpMs = 0, ...rest } = { ...before, ...asked }
  const rollout = { ...rest, ...(warmUpMs > 0 && { warmUpMs }) }
  if (rollout.kind === 'canary') return { ...rollout, steps: said ?? DEFAULT_STEPS }
  if (asked?.steps) wrong.push({ path: 'rollout.steps', message: 'A canary has steps.' })
  return rollout
}

export function wrongRollout(workload: Workload): WrongField[] {
  const isCanary = workload.rollout.kind === 'canary'
  if (!isCanary || portsOf(workload).every(({ hostPort }) => hostPort === undefined)) return []
  const message = 'A computer has a host port once, so old and new cannot run side by side.'
  return [{ path: 'rollout.kind', message }]
}
