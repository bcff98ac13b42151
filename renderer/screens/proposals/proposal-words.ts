import type { ProposalView } from '../../../node-core/api/contract/index.ts'
import type { Tone } from '../../design/index.ts'
import { formatAgo, formatWhen } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'

/** Whether its owner has yet to say something that would count. */
export function waitsForVote({ mayVote, own }: ProposalView): boolean {
  return mayVote && own === 'none'
}

export function toneOf(state: ProposalView['state']): Tone {
  return ({ voting: 'busy', revealing: 'busy', passed: 'well', rejected: 'off' } as const)[state]
}

/** What became of the owner's own vote is amiss, or is as it should be. */
export function ownTone(own: ProposalView['own']): Tone {
  if (own === 'committed' || own === 'revealed') return 'well'
  return own === 'missed' || own === 'silent' ? 'bad' : 'warn'
}

/** By whom, since when, and until when. */
export function factsOf(
  proposal: ProposalView,
  { t, nowMs, language }: { t: Text; nowMs: number; language: string },
): string[] {
  const { by, madeAt, state, closesAt, endsAt } = proposal
  const made = t('proposals.by', { name: by.name, when: formatAgo(madeAt, nowMs, language) })
  const when = (at: string) => ({ when: formatWhen(at, language) })
  if (state === 'voting') {
    return [made, closesAt ? t('proposals.closes', when(closesAt)) : t('proposals.closesSoon')]
  }
  if (state === 'revealing') return endsAt ? [made, t('proposals.reveals', when(endsAt))] : [made]
  return endsAt ? [made, t('proposals.ended', when(endsAt))] : [made]
}

/** How many have voted and how many it takes; what they said, as far as that is told. */
export function countsOf(proposal: ProposalView, t: Text): string {
  const { votes, members, yes, no, silent = 0, state } = proposal
  const needed = Math.floor(members / 2) + 1
  if (yes === undefined || no === undefined) {
    return t('proposals.voted', { votes, count: members, needed })
  }
  const said = t('proposals.said', { yes, no, count: members, needed })
  const open = state === 'revealing' ? votes - yes - no : 0
  return [
    said,
    ...(open > 0 ? [t('proposals.toReveal', { count: open })] : []),
    ...(silent > 0 ? [t('proposals.silent', { count: silent })] : []),
  ].join(' ')
}

/** Text as it is, all else as JSON. */
export function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What was typed for a setting: most values are plain words, and quotes would be a nuisance. */
export function typedValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
