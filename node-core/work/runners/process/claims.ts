/**
 * Programs of ours that no record tells of, found in the process table. Marks in an environment are
 * a claim that anybody can make, so they count only where the system bears them out: the process is
 * in the control group of that instance, or has the user that the instance's working folder belongs
 * to. Only root gives either; a node that is not root believes its records alone.
 */
import { join } from 'node:path'
import type { Logger } from '../../../base/log/index.ts'
import { pidsIn } from './cgroups.ts'
import { type Marked, parseMarks, type Whose } from './marks.ts'
import type { ProcessTable } from './process-table.ts'
import type { Surroundings } from './surroundings.ts'
import { ownerOf } from './user-ids.ts'

export interface ClaimsDeps {
  table: ProcessTable
  whose: Whose
  logger: Logger
}

export type Claim = Marked & { pid: number }

/** What proves a claim. */
type Proving = Pick<Surroundings, 'root' | 'cgroups' | 'ownUsers' | 'workRoot'>

export interface Claims {
  /** Instances with a process that is provably theirs; those known already are left out. */
  proven(around: Proving, known: (id: string) => boolean): Promise<Claim[]>
  /** Processes once seen to be others' are looked at anew. */
  forget(): void
}

export function createClaims({ table, whose, logger }: ClaimsDeps): Claims {
  const foreign = new Set<number>()
  const doubted = new Set<number>()

  async function proves({ root, cgroups, ownUsers, workRoot }: Proving, claim: Claim) {
    if (!root) return false
    if ((await pidsIn(cgroups.foldersOf(claim.id))).includes(claim.pid)) return true
    const owner = ownUsers ? await ownerOf(join(workRoot, claim.id)) : undefined
    return owner !== undefined && owner === (await table.userOf(claim.pid))
  }

  function doubt({ pid, id }: Claim): void {
    if (doubted.has(pid)) return
    doubted.add(pid)
    logger.warn('a process bears our marks and is not provably ours; it is ignored', { pid, id })
  }

  return {
    async proven(around, known) {
      const found = new Map<string, Claim>()
      const pids = await table.pids()
      for (const pid of pids) {
        if (foreign.has(pid)) continue
        const environment = await table.environment(pid)
        const marks = environment && parseMarks(whose, environment)
        if (!marks) foreign.add(pid)
        // The first will do: a program's children bear its marks too.
        else if (known(marks.id) || found.has(marks.id)) continue
        else if (await proves(around, { ...marks, pid })) found.set(marks.id, { ...marks, pid })
        else doubt({ ...marks, pid })
      }
      const living = new Set(pids)
      // Whoever has its number next is somebody else.
      for (const gone of [doubted, foreign]) {
        for (const pid of gone) if (!living.has(pid)) gone.delete(pid)
      }
      return [...found.values()]
    },
    forget: () => foreign.clear(),
  }
}
