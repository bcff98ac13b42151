/**
 * Who may write under a name: keys, leases, locks and secrets of `<name>/…`, and the workload. Names
 * belong to who took them, whose nodes act for it; a node that a workload is assigned to writes in
 * that workload's namespace, whoever owns it (the instances there speak through it).
 */
import type { Author } from './authors.ts'
import { holds, isAdmin } from './authors.ts'
import type { Put } from './key-store.ts'
import { NAMES_MAX, NAMES_PER_OWNER_MAX } from './limits.ts'
import { bearsAnother } from './owned-names.ts'
import type { RefusalCode } from './refusals.ts'
import type { State } from './state.ts'
import { mayGrow } from './weight.ts'

/** The rules from which a long name is its owner's alone (docs/adr/0048). */
const LONG_NAMES_SINCE = 3

/** Undefined: it may, and a name that nobody has is the author's once it is taken. */
export function whyNotEnter(state: State, author: Author, name: string): RefusalCode | undefined {
  if (author.node && state.assignments.isAssigned(name, author.node)) return undefined
  return whyNotOwn(state, author, name)
}

/** As its owner: what instances may not do for the workload that they are of. */
export function whyNotOwn(state: State, author: Author, name: string): RefusalCode | undefined {
  if (!holds(author, 'deploy')) return 'FORBIDDEN'
  const taken = state.names.table.get(name)
  if (taken) return taken.owner === author.owner || isAdmin(author) ? undefined : 'NAME_TAKEN'
  if (state.version >= LONG_NAMES_SINCE && bearsAnother(name, author.owner)) return 'NAME_TAKEN'
  const { table, perOwner } = state.names
  const full = table.size >= NAMES_MAX || perOwner.of(author.owner) >= NAMES_PER_OWNER_MAX
  return full ? 'LIMIT_REACHED' : undefined
}

/** Whose bytes count where the author writes. */
export function payerOf(state: State, author: Author, name: string): string {
  return state.names.table.get(name)?.owner ?? author.owner
}

/** Whether there is room for something more that stands under it. */
export function mayAdd(state: State, author: Author, name: string, bytes: number): boolean {
  return mayGrow(state, bytes, payerOf(state, author, name))
}

export function mayPut(state: State, author: Author, name: string, puts: readonly Put[]): boolean {
  const payer = payerOf(state, author, name)
  return state.keys.hasRoom(payer, puts) && mayGrow(state, state.keys.growth(puts), payer)
}

export function takeName(state: State, author: Author, name: string): void {
  if (!state.names.table.get(name)) {
    state.names.table.set(name, { owner: author.owner, generation: 0 })
  }
}
