/** What a voter tells the registry of voters that it caught lying (docs/adr/0012). */
import { parseEvidence } from '../consensus/simplex/index.ts'
import type { Command, RegistryView } from '../registry/index.ts'

/** Lies that are not judged yet. Several voters may come with the same: it counts once. */
export function accusations(
  evidence: readonly Uint8Array[],
  view: Pick<RegistryView, 'seat'>,
): Command[] {
  return evidence.flatMap((bytes): Command[] => {
    const first = parseEvidence(bytes)?.first
    if (!first) return []
    const { seat, judgedBefore } = view.seat(first.author)
    const isOpen = seat !== 'none' && first.epoch >= judgedBefore
    return isOpen ? [{ kind: 'committee.accuse', body: { evidence: bytes } }] : []
  })
}
