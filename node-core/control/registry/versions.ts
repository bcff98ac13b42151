/**
 * Which version of the rules is in force. A release knows all kinds up to its own version, and all
 * releases refuse alike what is beyond the version in force; so releases run mixed until every voter
 * has said that it knows the next one, and somebody puts it in force.
 */
import { z } from 'zod'
import { isAdmin } from './authors.ts'
import { kind } from './kind.ts'
import { done, refuse } from './refusals.ts'
import { positive } from './shapes.ts'

/** By a node, of itself. Value: null. */
export const support = kind(1, z.strictObject({ version: positive }), (state, author, body) => {
  if (!author.node) return refuse('FORBIDDEN')
  state.supports.set(author.node, { version: body.version })
  return done()
})

/** By an admin or any voter's node. Value: null. */
export const activate = kind(
  1,
  z.strictObject({ version: positive }),
  (state, author, { version }) => {
    const { voters } = state.clock
    const byVoter = author.node !== undefined && voters.includes(author.node)
    if (!byVoter && !isAdmin(author)) return refuse('FORBIDDEN')
    if (version <= state.version) return refuse('CONFLICT', { version: state.version })
    const known = voters.every((voter) => (state.supports.get(voter)?.version ?? 1) >= version)
    if (!known || voters.length === 0) return refuse('NOT_SUPPORTED')
    state.version = version
    return done()
  },
)

/**
 * Carries nothing but its batch's time, for a log that has nothing else to carry. By a voter's node.
 * Value: null.
 */
export const tick = kind(1, z.strictObject({}), (state, author) => {
  const voter = author.node !== undefined && state.clock.voters.includes(author.node)
  return voter ? done() : refuse('FORBIDDEN')
})
