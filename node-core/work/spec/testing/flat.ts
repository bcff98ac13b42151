/** Workloads of one part, for tests that need no more. */
import type { Amounts, Part, Resources, Workload } from '../index.ts'

/** The fields of the workload and of its only part beside each other. */
export interface Flat extends Partial<Omit<Workload, 'parts'>>, Partial<Omit<Part, 'resources'>> {
  name: string
  /** Requested, and the limit too. */
  resources?: Amounts & Omit<Resources, 'requests' | 'limits'>
}

const AMOUNTS = { cpuMillis: 500, memoryBytes: 128 * 2 ** 20 }

export function flatWorkload(flat: Flat & Pick<Part, 'source'>): Workload {
  const { source, env = {}, ports = [], probes = {}, resources, files, mounts, ...rest } = flat
  const { cpuMillis, memoryBytes, ...more } = resources ?? AMOUNTS
  const amounts = { cpuMillis, memoryBytes }
  const said = { ...(mounts && { mounts }), ...(files && { files }) }
  const part = { name: 'main', source, env, ports, probes, ...said }
  return {
    kind: 'bundle' in source ? 'process' : 'container',
    parts: [{ ...part, resources: { requests: amounts, limits: amounts, ...more } }],
    replicas: 1,
    labels: {},
    nodeSelector: {},
    placement: { spread: 'node', apart: [], near: [] },
    rollout: { kind: 'rolling', atOnce: 1, paused: false },
    uses: [],
    secrets: [],
    restart: { when: 'always', backoffMs: 1_000, backoffMsMax: 60_000 },
    graceMs: 5_000,
    onPartition: 'heal',
    ...rest,
  }
}

/** The same with its only part changed. */
export function changePart(workload: Workload, change: Partial<Part>): Workload {
  return { ...workload, parts: [{ ...workload.parts[0], ...change }] }
}
