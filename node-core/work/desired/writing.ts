/** Changes of what is wanted: a command of the registry, or, before there is one, a signed record. */
import { z } from 'zod'
import { encode } from '../../base/codec/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { untilShown } from '../../control/primary/index.ts'
import {
  type DesiredWorkload,
  desiredOf,
  isSameVersion,
  storedForm,
  templateOf,
  type Workload,
  workloadKey,
} from '../spec/index.ts'
import type { DesiredDeps } from './index.ts'
import { nameTaken, refusalOf } from './refusing.ts'
import type { StateRecords } from './state-records.ts'

export interface Writing {
  apply(workload: Workload, replaces: DesiredWorkload | undefined): Promise<DesiredWorkload>
  delete(name: string): Promise<void>
}

export interface WritingDeps extends Pick<DesiredDeps, 'primary' | 'state' | 'owner' | 'clock'> {
  records: StateRecords
  hasPrimary(): boolean
  /** Which earlier generation makes room for the present one; undefined for the oldest. */
  worthLeast(name: string): number | undefined
}

/** No room, or what was to be kept has moved on or ended meanwhile. */
const NOTHING_KEPT = ['LIMIT_REACHED', 'CONFLICT', 'NOT_FOUND']
/** The rules from which an author says which version makes room (`control/registry/past-workloads.ts`). */
const RETAIN_SINCE = 2
const APPLIED = z.object({ generation: z.int().min(1) })

export function createWriting(deps: WritingDeps): Writing {
  const { primary, state, clock, records } = deps

  async function intoState(
    workload: Workload,
    replaces: DesiredWorkload | undefined,
  ): Promise<DesiredWorkload> {
    const key = workloadKey(workload.name)
    if (!replaces && records.get(workload.name)) throw nameTaken(workload.name)
    const expectGeneration = replaces?.generation ?? state.get(key)?.generation ?? 0
    const written = desiredOf(await state.put(key, storedForm(workload), { expectGeneration }))
    if (written) return written
    throw new MyceliumError('UNREADABLE', 'What was written does not read back as a workload.')
  }

  async function intoRegistry(
    workload: Workload,
    replaces: DesiredWorkload | undefined,
  ): Promise<DesiredWorkload> {
    const { name } = workload
    // What stands in the shared state is none of the registry's generations.
    const isOfState = primary.view()?.generationOf(name) === 0
    const expect = isOfState ? 0 : (replaces?.generation ?? 0)
    if (replaces && !isOfState && isWorthKeeping(replaces.workload, workload)) {
      await keep(name, replaces.generation)
    }
    const body = { name, spec: encode(storedForm(workload)), expect }
    const value = await primary
      .execute({ kind: 'workload.apply', body })
      .catch((error: unknown) => {
        throw refusalOf(error, name)
      })
    const { generation } = APPLIED.parse(value)
    await untilShown(primary, clock, () => (primary.view()?.generationOf(name) ?? 0) >= generation)
    const owner = primary.view()?.ownerOf(name) ?? replaces?.owner ?? deps.owner
    return { workload, owner, generation }
  }

  /** Before all know what says which version makes room, none makes it for a change of rules alone. */
  function isWorthKeeping(before: Workload, after: Workload): boolean {
    return (
      templateOf(before) !== templateOf(after) || (mayRetain() && !isSameVersion(before, after))
    )
  }

  function mayRetain(): boolean {
    return (primary.view()?.version ?? 0) >= RETAIN_SINCE
  }

  /** For a roll back. It holds nothing up: what comes after it is judged by itself. */
  async function keep(name: string, generation: number): Promise<void> {
    const instead = deps.worthLeast(name)
    const body = { name, generation }
    try {
      if (!mayRetain()) await primary.execute({ kind: 'workload.keep', body })
      else {
        const room = instead !== undefined && { instead }
        await primary.execute({ kind: 'workload.retain', body: { ...body, ...room } })
      }
    } catch (error) {
      if (!NOTHING_KEPT.some((code) => isCode(error, code))) throw refusalOf(error, name)
    }
  }

  return {
    apply: (workload, replaces) =>
      deps.hasPrimary() ? intoRegistry(workload, replaces) : intoState(workload, replaces),
    async delete(name) {
      if (!deps.hasPrimary()) return state.delete(workloadKey(name))
      const held = primary.view()?.workload(name)
      if (held) await keep(name, held.generation)
      try {
        await primary.execute({ kind: 'workload.delete', body: { name } })
      } catch (error) {
        // Somebody ended it before.
        if (!isCode(error, 'NOT_FOUND')) throw refusalOf(error, name)
      }
      await untilShown(primary, clock, () => primary.view()?.workload(name) === undefined)
    },
  }
}
