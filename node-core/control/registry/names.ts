/** Giving a name back. Names are taken by the first workload or key under them (`namespaces.ts`). */
import { z } from 'zod'
import { isAdmin } from './authors.ts'
import { kind } from './kind.ts'
import { forget } from './past-workloads.ts'
import { done, refuse } from './refusals.ts'
import { name } from './shapes.ts'
import type { State } from './state.ts'

/** By its owner or an admin, once nothing stands under it. Value: null. */
export const releaseName = kind(1, z.strictObject({ name }), (state, author, { name }) => {
  const taken = state.names.table.get(name)
  if (!taken) return refuse('NOT_FOUND')
  if (taken.owner !== author.owner && !isAdmin(author)) return refuse('FORBIDDEN')
  if (isInUse(state, name)) return refuse('IN_USE')
  // Charged to who has the name, so these go before it.
  forget(state, name)
  state.names.table.delete(name)
  return done()
})

function isInUse(state: State, name: string): boolean {
  if (state.workloads.get(name)) return true
  const tables = [state.keys.table, state.leases.table, state.locks.table, state.secrets]
  return tables.some(
    (table) => table.get(name) !== undefined || table.page(`${name}/`, { limit: 1 }).length > 0,
  )
}
