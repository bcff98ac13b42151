/** Names as this node's owner says them, and as they are kept (docs/adr/0048). */
import {
  longName,
  nameMeant,
  nameThere,
  nameToWrite,
  shortForm,
} from '../../control/registry/index.ts'
import { inNetwork } from './base.ts'
import type { ApiDeps } from './index.ts'
import { unwantedNow } from './unwanted.ts'

export interface OwnNames {
  /** Of what is there, or was: one's own stays one's own to change, and so do its keys and its past. */
  meant(said: string): string
  /** Of a workload to look at: another's that is there before one's own that is not. */
  there(said: string): string
  /** Of what may have to be made: this owner's own. */
  toWrite(said: string): string
  /** Of a name as it is kept: what means it here, where by itself it means this owner's own. */
  long(name: string): string | undefined
  /** What nobody else can take; undefined where what was said is somebody’s own already. */
  own(said: string): string | undefined
  /** Of a name as it is kept: nobody's, this owner's, or anybody's for an admin. */
  mayWrite(name: string): boolean
}

export function ownNames(deps: Pick<ApiDeps, 'node' | 'network' | 'lifecycle'>): OwnNames {
  const self = () => deps.node.owner().id
  const holder = (name: string) => inNetwork(deps).desired.ownerOf(name)
  const isThere = (name: string): boolean => {
    const parts = inNetwork(deps)
    if (parts.desired.get(name) || parts.desired.recordOf(name) === 'unreadable') return true
    // Whoever has deleted it looks on until the last copy has ended.
    return unwantedNow(parts, parts.placementInput()).has(name)
  }
  return {
    meant: (said) => nameMeant(said, self(), holder),
    long(name) {
      const of = holder(name)
      if (of === undefined || nameMeant(name, self(), holder) === name) return undefined
      return longName(name, of)
    },
    there: (said) => nameThere(said, self(), { ownerOf: holder, isThere }),
    toWrite: (said) => nameToWrite(said, self(), holder),
    mayWrite(name) {
      const of = holder(name)
      return of === undefined || of === self() || inNetwork(deps).permissions().has('admin')
    },
    own: (said) => (shortForm(said) === undefined ? longName(said, self()) : undefined),
  }
}

/** Of a path whose first part, up to the mark, is a name. A beginning of a name stays what it is. */
export function firstPart(path: string, named: (said: string) => string, mark = '/'): string {
  const end = path.indexOf(mark)
  return end < 0 ? path : named(path.slice(0, end)) + path.slice(end)
}

/** A handler that is told the name as it is kept. */
export function byKeptName(named: (said: string) => string) {
  return <Call extends { input: { name: string } }, Answer>(handle: (call: Call) => Answer) => {
    return (call: Call): Answer => {
      const { input } = call
      return handle({ ...call, input: { ...input, name: named(input.name) } })
    }
  }
}
