/**
 * That all copies of a workload were started anew is a mark in what they are made of, so that it takes
 * over like any other version (docs/adr/0022). Here is how the mark is stored. Pure.
 */
import type { WrongField } from './errors.ts'
import type { Part, Workload } from './index.ts'
import { ENV_MAX } from './limits.ts'

/**
 * Stored, the mark is a variable of the first part: a release that knows no restarts then runs the new
 * version like any other, where a field that it does not know would make the workload unreadable to it.
 */
export const RESTARTED_VARIABLE = 'MYCELIUM_RESTARTED'
const GENERATION = /^[1-9]\d{0,14}$/

export function foldRestarted<P extends Pick<Part, 'env'>>(
  parts: readonly P[],
  restarted: number | undefined,
): P[] {
  return parts.map((part, index) => {
    if (restarted === undefined || index > 0) return part
    return { ...part, env: { ...part.env, [RESTARTED_VARIABLE]: String(restarted) } }
  })
}

export function unfoldRestarted(stored: Workload): Workload {
  const [{ env: all, ...first }, ...rest] = stored.parts
  const { [RESTARTED_VARIABLE]: mark, ...env } = all
  if (mark === undefined || !GENERATION.test(mark)) return stored
  return { ...stored, parts: [{ ...first, env }, ...rest], restarted: Number(mark) }
}

/** A variable where the mark is stored, or so many that no room is left for it. */
export function wrongBesideRestarts({ parts, restarted }: Workload): WrongField[] {
  const [first] = parts
  const path = `env.${RESTARTED_VARIABLE}`
  if (parts.some(({ env }) => RESTARTED_VARIABLE in env)) {
    return [{ path, message: 'This name is taken: it says since when copies were started anew.' }]
  }
  if (restarted === undefined || Object.keys(first.env).length < ENV_MAX) return []
  const message = `Too many variables: at most ${ENV_MAX - 1} of what was started anew by hand.`
  return [{ path: 'env', message }]
}
