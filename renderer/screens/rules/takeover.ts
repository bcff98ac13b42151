import type { DeployInput, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { wholeOf } from './given.ts'

/** How a change takes over, and how much may be away meanwhile, as entered. */
export interface TakeoverForm {
  rollout: 'rolling' | 'blueGreen' | 'canary'
  atOnce: number
  /** Of a canary: `5, 25`, of a hundred requests. */
  shares: string
  /** Minutes for each share; where it is empty each waits for somebody. */
  shareMinutes: string
  budget: 'none' | 'serve' | 'away'
  budgetCount: number
}

export const EMPTY_TAKEOVER: TakeoverForm = {
  rollout: 'rolling',
  atOnce: 1,
  shares: '5, 25',
  shareMinutes: '5',
  budget: 'none',
  budgetCount: 1,
}

export type Rollout = NonNullable<DeployInput['rollout']>

export function rolloutOf({ rollout, atOnce, shares, shareMinutes }: TakeoverForm): Rollout {
  if (rollout === 'rolling') return { kind: rollout, atOnce }
  if (rollout === 'blueGreen') return { kind: rollout }
  const minutes = wholeOf(shareMinutes)
  const time = minutes === undefined ? {} : { forMs: minutes * 60_000 }
  return { kind: rollout, steps: (parseShares(shares) ?? []).map((share) => ({ share, ...time })) }
}

/** Nothing where that is no list of whole numbers. */
export function parseShares(text: string): number[] | undefined {
  const words = text.split(/[\s,;%]+/).filter((word) => word !== '')
  return words.every((word) => /^\d{1,2}$/.test(word)) ? words.map(Number) : undefined
}

export function disruptionOf({ budget, budgetCount }: TakeoverForm): DeployInput['disruption'] {
  switch (budget) {
    case 'none':
      return {}
    case 'serve':
      return { minAvailable: budgetCount }
    case 'away':
      return { maxUnavailable: budgetCount }
  }
}

export function takeoverFrom({ rollout, disruption }: WorkloadView): TakeoverForm {
  const { minAvailable, maxUnavailable } = disruption ?? {}
  return {
    ...{ rollout: rollout.kind, atOnce: rollout.atOnce },
    ...stepsFrom(rollout.steps),
    budget: minAvailable !== undefined ? 'serve' : maxUnavailable !== undefined ? 'away' : 'none',
    budgetCount: minAvailable ?? maxUnavailable ?? EMPTY_TAKEOVER.budgetCount,
  }
}

/** The time of the first stands for all: what differs is said in a manifest. */
function stepsFrom(
  steps: WorkloadView['rollout']['steps'],
): Pick<TakeoverForm, 'shares' | 'shareMinutes'> {
  const { shares, shareMinutes } = EMPTY_TAKEOVER
  const [first] = steps ?? []
  if (!first) return { shares, shareMinutes }
  return {
    shares: (steps ?? []).map(({ share }) => share).join(', '),
    shareMinutes: first.forMs === undefined ? '' : String(Math.round(first.forMs / 60_000)),
  }
}
