import { hash } from 'node:crypto'
import { encode } from '../../base/codec/index.ts'
import { DEFAULT_PLACEMENT, DEFAULT_ROLLOUT } from './defaults.ts'
import type { DesiredWorkload, Instance, Workload } from './index.ts'
import { storedForm } from './stored.ts'

const known = new WeakMap<Workload, string>()

/**
 * A short hash of what makes an instance what it is. Two generations with the same template differ
 * only in how many are wanted, so their instances need not be replaced. Not the generation itself:
 * two nodes may write the same generation at once, and scaling raises it too.
 */
export function templateOf(workload: Workload): string {
  const earlier = known.get(workload)
  if (earlier !== undefined) return earlier
  const rules = {
    labels: {},
    placement: DEFAULT_PLACEMENT,
    rollout: DEFAULT_ROLLOUT,
    onPartition: 'heal',
  } as const
  // Later fields are left out whole, so that a release that has them finds its instances current.
  const { restart: _, graceMs: __, edge: ___, job: ____, autoscale: _____, ...others } = workload
  const { priority: ______, disruption: _______, paused: ________, ...meant } = others
  const { uses, secrets, ...lasting } = meant
  const later = { ...(uses.length > 0 && { uses }), ...(secrets.length > 0 && { secrets }) }
  const alike = { ...lasting, ...later, replicas: 1, ...rules }
  const digest = hash('sha256', encode(storedForm(alike)), 'hex').slice(0, 16)
  known.set(workload, digest)
  return digest
}

/** What a change of replaces no copy. */
export const RULE_FIELDS = [
  'labels',
  'placement',
  'rollout',
  'onPartition',
  'restart',
  'graceMs',
  'edge',
  'job',
  'autoscale',
  'priority',
  'disruption',
  'replicas',
  'paused',
] as const satisfies readonly (keyof Workload)[]

/** Whether the instance was started from what is wanted now. */
export function isCurrent(
  instance: { generation: number; template?: string | undefined },
  desired: DesiredWorkload,
): boolean {
  return instance.template === undefined
    ? instance.generation === desired.generation
    : instance.template === templateOf(desired.workload)
}

/** What tells instances of two versions apart where neither is known. */
export function versionOf({
  template,
  generation,
}: Pick<Instance, 'template' | 'generation'>): string {
  return template ?? `generation ${generation}`
}
