import type { DeployInput, WorkloadView } from '../../../node-core/api/contract/index.ts'

/** How a change takes over, and how much may be away meanwhile, as entered. */
export interface TakeoverForm {
  rollout: 'rolling' | 'blueGreen' | 'canary'
  atOnce: number
  /** Of a canary: `5, 25`, of a hundred requests. */
  shares: string
  /** Minutes: `5` for each share, or `5, 30` for one after the other; `-` waits for somebody. */
  shareMinutes: string
  /** How long a new copy must be ready before it counts; 0 for not at all. */
  warmUpSeconds: number
  budget: 'none' | 'serve' | 'away'
  budgetCount: number
}

export const EMPTY_TAKEOVER: TakeoverForm = {
  rollout: 'rolling',
  atOnce: 1,
  shares: '5, 25',
  shareMinutes: '5',
  warmUpSeconds: 0,
  budget: 'none',
  budgetCount: 1,
}

export type Rollout = NonNullable<DeployInput['rollout']>

/** `before`: what is taken away has to be said. */
export function rolloutOf(form: TakeoverForm, before?: TakeoverForm): Rollout {
  const isSaid = form.warmUpSeconds > 0 || (before?.warmUpSeconds ?? 0) > 0
  return { ...kindOf(form), ...(isSaid && { warmUpMs: form.warmUpSeconds * 1_000 }) }
}

function kindOf({ rollout, atOnce, shares, shareMinutes }: TakeoverForm): Rollout {
  if (rollout === 'rolling') return { kind: rollout, atOnce }
  if (rollout === 'blueGreen') return { kind: rollout }
  const steps = parseShares(shares) ?? []
  const times = parseTimes(shareMinutes, steps.length) ?? []
  return {
    kind: rollout,
    steps: steps.map((share, index) => {
      const forMs = times[index]
      return { share, ...(forMs === undefined ? {} : { forMs }) }
    }),
  }
}

/** Nothing where that is no list of whole numbers. */
export function parseShares(text: string): number[] | undefined {
  const words = text.split(/[\s,;%]+/).filter((word) => word !== '')
  return words.every((word) => /^\d{1,2}$/.test(word)) ? words.map(Number) : undefined
}

/** For each share how long, one for all or each its own. Nothing where that cannot be read. */
export function parseTimes(text: string, count: number): (number | undefined)[] | undefined {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '')
  if (!words.every((word) => /^(-|\d{1,5}(\.\d{1,20})?)$/.test(word))) return undefined
  const times = words.map((word) => (word === '-' ? undefined : Math.round(Number(word) * 60_000)))
  if (times.length <= 1) return Array.from({ length: count }, () => times[0])
  return times.length === count ? times : undefined
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
    warmUpSeconds: (rollout.warmUpMs ?? 0) / 1_000,
    budget: minAvailable !== undefined ? 'serve' : maxUnavailable !== undefined ? 'away' : 'none',
    budgetCount: minAvailable ?? maxUnavailable ?? EMPTY_TAKEOVER.budgetCount,
  }
}

function stepsFrom(
  steps: WorkloadView['rollout']['steps'] = [],
): Pick<TakeoverForm, 'shares' | 'shareMinutes'> {
  if (steps.length === 0) {
    return { shares: EMPTY_TAKEOVER.shares, shareMinutes: EMPTY_TAKEOVER.shareMinutes }
  }
  const times = steps.map(({ forMs }) => (forMs === undefined ? '-' : String(forMs / 60_000)))
  const isSame = times.every((time) => time === times[0])
  return {
    shares: steps.map(({ share }) => share).join(', '),
    shareMinutes: isSame ? (times[0] ?? '').replace('-', '') : times.join(', '),
  }
}
