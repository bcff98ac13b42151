/** Workloads: what their owners want to run. Only the same owner or an admin changes or ends one. */
import { z } from 'zod'
import { dropAssignments } from './assigning.ts'
import { kind } from './kind.ts'
import { SPEC_BYTES_MAX } from './limits.ts'
import { mayAdd, whyNotOwn } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { dropRuns } from './runs.ts'
import { bytesUpTo, name, sequence } from './shapes.ts'
import { dropSteering, endCount } from './steering.ts'

/**
 * The next generation. `expect`: the generation it replaces, 0 for none; absent: whichever.
 * Value: `{ generation }`.
 */
export const applyWorkload = kind(
  1,
  z.strictObject({ name, spec: bytesUpTo(SPEC_BYTES_MAX), expect: sequence.exactOptional() }),
  (state, author, { name, spec, expect }) => {
    const refusal = whyNotOwn(state, author, name)
    if (refusal) return refuse(refusal)
    const current = state.workloads.get(name)?.generation ?? 0
    if (expect !== undefined && expect !== current)
      return refuse('CONFLICT', { generation: current })
    const taken = state.names.table.get(name)
    const generation = (taken?.generation ?? 0) + 1
    const row = { generation, spec, by: author.owner }
    const grows = state.workloads.growth(name, row)
    if (!mayAdd(state, author, name, grows)) return refuse('LIMIT_REACHED')
    endCount(state, name)
    state.names.table.set(name, { owner: taken?.owner ?? author.owner, generation })
    state.workloads.set(name, row)
    return done({ generation })
  },
)

/** Ends it; its keys stay, and its name with its owner. Value: null. */
export const deleteWorkload = kind(
  1,
  z.strictObject({ name, expect: sequence.exactOptional() }),
  (state, author, { name, expect }) => {
    const refusal = whyNotOwn(state, author, name)
    if (refusal) return refuse(refusal)
    const held = state.workloads.get(name)
    if (!held) return refuse('NOT_FOUND')
    const { generation } = held
    if (expect !== undefined && expect !== generation) return refuse('CONFLICT', { generation })
    state.workloads.delete(name)
    dropAssignments(state, name)
    dropRuns(state, name)
    dropSteering(state, name)
    return done()
  },
)
