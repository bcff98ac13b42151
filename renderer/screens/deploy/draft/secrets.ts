import type { Draft } from './draft.ts'
import { nameOf } from './names.ts'

export interface DraftSecret {
  name: string
  /** Absent until somebody gives one; copies wait for it. */
  value?: string
  /** The workload that is handed it. */
  workload: string
}

/** What the workloads of the draft are to be handed, each once. */
export function secretsOf({ workloads, secrets }: Draft): DraftSecret[] {
  const found = new Map<string, DraftSecret>()
  for (const workload of workloads) {
    for (const { name } of workload.secrets ?? []) {
      const value = secrets[name]
      found.set(name, { name, workload: nameOf(workload), ...(value !== undefined && { value }) })
    }
  }
  return [...found.values()]
}
