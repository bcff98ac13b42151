import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { type NodeClient, type Problem, toProblem } from '../../transport/index.ts'
import { type Draft, nameOf, secretsOf } from './draft/index.ts'
import { type HalfThere, halfThere } from './shared-secrets.ts'

/** How far a draft has come. What was deployed before a refusal runs. */
export interface Deployed {
  names: readonly string[]
  /** Of them, what this attempt began: the others were there as they stand. */
  begun: readonly string[]
  /** Secrets that were there already, and stay as they were. */
  kept: readonly string[]
  failed?: { of: DeployInput | undefined; problem: Problem }
  /** Nothing was begun: of two that are to hold the same, one is there and the other is not. */
  half?: HalfThere
}

const NOT_BEGUN: Problem = { code: 'CONFLICT', message: '', fields: [] }

/** A step of it, told before it is taken. */
export type DeployStep = { kind: 'secret' | 'workload'; name: string }

/**
 * Writes the secrets, then deploys what others use before those that use it. All of it may be asked
 * for again: a workload that is there as it stands is the same deploy, and a secret that is there
 * stays, since data may have been written under it.
 */
export async function deployDraft(
  toNode: () => NodeClient,
  draft: Draft,
  tell: (step: DeployStep) => void,
  signal: AbortSignal,
  /** What this window wrote in earlier attempts, by name. */
  wrote: Map<string, string> = new Map(),
): Promise<Deployed> {
  const names: string[] = []
  const begun: string[] = []
  const kept: string[] = []
  let of: DeployInput | undefined
  try {
    // Throws where the line is gone, which is a refusal like any other.
    const client = toNode()
    const given = secretsOf(draft).flatMap(({ name, value }) => (value ? [{ name, value }] : []))
    const half = signal.aborted ? undefined : await halfThere(client, given, wrote)
    if (half) return { names, begun, kept, failed: { of, problem: NOT_BEGUN }, half }
    for (const { name, value } of given) {
      if (signal.aborted) return { names, begun, kept }
      tell({ kind: 'secret', name })
      if (await writeNew(client, name, value)) wrote.set(name, value)
      else if (wrote.get(name) !== value) kept.push(name)
    }
    for (const workload of inOrderOfUse(draft.workloads)) {
      if (signal.aborted) return { names, begun, kept }
      of = workload
      tell({ kind: 'workload', name: nameOf(workload) })
      const { name, existed } = await client.workloads.deploy(workload)
      names.push(name)
      if (!existed) begun.push(name)
    }
    return { names, begun, kept }
  } catch (error) {
    return { names, begun, kept, failed: { of, problem: toProblem(error) } }
  }
}

/** False where there is one already. */
async function writeNew(client: NodeClient, name: string, value: string): Promise<boolean> {
  const bytes = new TextEncoder().encode(value)
  const base64 = btoa(String.fromCharCode(...bytes))
  try {
    await client.secrets.set({ name, value: base64, version: 0 })
    return true
  } catch (error) {
    if (toProblem(error).code === 'CONFLICT') return false
    throw error
  }
}

/** What is used comes first; of those that use each other, the one that is listed first. */
export function inOrderOfUse(workloads: readonly DeployInput[]): DeployInput[] {
  const byName = new Map(workloads.map((each) => [nameOf(each), each]))
  const ordered = new Set<DeployInput>()
  const begun = new Set<DeployInput>()
  const place = (workload: DeployInput): void => {
    if (begun.has(workload)) return
    begun.add(workload)
    for (const use of workload.uses ?? []) {
      const used = byName.get(typeof use === 'string' ? use : use.name)
      if (used) place(used)
    }
    ordered.add(workload)
  }
  for (const workload of workloads) place(workload)
  return [...ordered]
}
