import { z } from 'zod'
import { toTimestamp } from '../../base/clock/index.ts'
import { encode, type Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { untilShown } from '../../control/primary/index.ts'
import { type Motion, phaseOf, type RegistryView } from '../../control/registry/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { ProposalView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { jsonOf } from './plain-json.ts'
import { ownersNow } from './present.ts'
import { wrongSetting } from './settings.ts'

/** Proposals of members, and the owner's votes on them. */
export function proposalHandlers({ proposals }: Builder, deps: ApiDeps) {
  const shown = (proposal: number): ProposalView => {
    const parts = inNetwork(deps)
    const view = parts.primary.view()
    const motion = view?.motion(proposal)
    if (!view || !motion) throw failure('UNAVAILABLE', notHere(proposal))
    return viewOf(parts, view, proposal, motion)
  }
  return {
    list: proposals.list.handler(() => {
      const parts = inNetwork(deps)
      const view = parts.primary.view()
      const rows = view?.motions() ?? []
      return {
        proposals: view ? rows.map(([id, motion]) => viewOf(parts, view, id, motion)) : [],
      }
    }),
    make: proposals.make.handler(async ({ input }) => {
      const { text, change, closesInSeconds, revealSeconds } = input
      const { primary } = inNetwork(deps)
      const value = await primary.execute({
        kind: 'proposal.make',
        body: {
          ...{ text, voteMs: closesInSeconds * 1_000, revealMs: revealSeconds * 1_000 },
          ...(change && { change: settingOf(change) }),
        },
      })
      const { proposal } = made.parse(value)
      await untilShown(primary, deps.clock, () => primary.view()?.motion(proposal) !== undefined)
      return shown(proposal)
    }),
    vote: proposals.vote.handler(async ({ input: { id, choice } }) => {
      await inNetwork(deps).voting.vote(id, choice)
      return shown(id)
    }),
  }
}

function viewOf(parts: NetworkParts, view: RegistryView, id: number, motion: Motion): ProposalView {
  const { text, change, by, madeMs, electors, ended } = motion
  const { closesMs, endsMs } = timesOf(view, id, motion)
  const phase = phaseOf(motion)
  const votes = view.votes(id).map(([, vote]) => vote.choice)
  const said = (choice: 'yes' | 'no'): number => votes.filter((one) => one === choice).length
  const told = ended ?? (phase === 'revealing' && { yes: said('yes'), no: said('no') })
  return {
    ...{ id, text, by: { id: by, name: nameOf(parts, by) }, madeAt: toTimestamp(madeMs) },
    ...(change && { change: { setting: change.name, value: jsonOf(change.value) } }),
    state: phase === 'ended' ? (ended?.passed ? 'passed' : 'rejected') : phase,
    ...(closesMs !== undefined && { closesAt: toTimestamp(closesMs) }),
    ...(endsMs !== undefined && { endsAt: toTimestamp(endsMs) }),
    members: electors,
    votes: ended ? ended.yes + ended.no + ended.silent : votes.length,
    ...(told && { yes: told.yes, no: told.no }),
    ...(ended && { silent: ended.silent }),
    ...(ended?.refused && { refused: ended.refused }),
    mayVote: parts.voting.mayVote(id),
    own: parts.voting.own(id),
  }
}

/** As people may expect them, until they have come. */
function timesOf(view: RegistryView, id: number, { closedMs, ended, revealMs }: Motion) {
  const expectedMs = view.motionEndMs(id)
  const closesMs = closedMs ?? expectedMs
  const longestMs = closesMs === undefined ? undefined : closesMs + revealMs
  const endsMs = ended?.atMs ?? (closedMs === undefined ? longestMs : (expectedMs ?? longestMs))
  return { closesMs, endsMs }
}

function nameOf(parts: NetworkParts, owner: OwnerId): string {
  return ownersNow(parts).find((one) => one.owner === owner)?.name ?? owner.slice(0, 8)
}

function settingOf({ setting: name, value: said }: NonNullable<ProposalView['change']>) {
  const value = plainOf(said)
  const wrong = wrongSetting(name, value)
  if (wrong) throw failure('VALIDATION_ERROR', wrong.message, [wrong])
  return { name, value }
}

/** As the registry keeps it: no fractions, which two computers might round differently. */
function plainOf(value: unknown): Plain {
  const plain = z.custom<Plain>(isPlain).safeParse(value)
  if (plain.success) return plain.data
  throw failure('VALIDATION_ERROR', NOT_PLAIN, [{ path: 'change.value', message: NOT_PLAIN }])
}

function isPlain(value: unknown): boolean {
  try {
    return value !== undefined && encode(value).byteLength > 0
  } catch (error) {
    if (error instanceof MyceliumError) return false
    throw error
  }
}
const NOT_PLAIN = 'Text, whole numbers, true, false, null, and lists and objects of these.'

const made = z.object({ proposal: z.int() })

const notHere = (proposal: number): string =>
  `Proposal ${proposal} is made; this computer has yet to hear of it.`
