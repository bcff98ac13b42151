import type { AuditEntryView } from '../../../node-core/api/contract/index.ts'

interface Command {
  first: AuditEntryView
  last: AuditEntryView
}

/** A command is written down when it begins and when it ends; the latest first. */
export function byCommand(entries: readonly AuditEntryView[]): Command[] {
  const found = Map.groupBy(entries, ({ command }) => command)
  return [...found.values()].toReversed().flatMap((own) => {
    const [first, last] = [own[0], own.at(-1)]
    return first && last ? [{ first, last }] : []
  })
}
