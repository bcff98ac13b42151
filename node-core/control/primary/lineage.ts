/**
 * Whose word counts under Simplex (docs/adr/0012): the founding voters are in the genesis, and each
 * committee proves the next. What members tell of later ones is a hint that there is something to ask.
 */
import { z } from 'zod'
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import { type FoundedNetwork, type Verify, verify } from '../../identity/index.ts'
import {
  encodeCommittee,
  followLinks,
  isOfOneMandate,
  membersOf,
  type Committee as ProvenCommittee,
  parseCommittee,
} from '../consensus/simplex/index.ts'
import { decodeChecked, encodeChecked } from './checked.ts'
import type { Committee, Telling } from './committee.ts'
import { ANSWER_BYTES_MAX, TRY_MS, UNHEARD_MS, UNPROVEN_MS } from './limits.ts'
import { encodeQuestion, PROTOCOL, parseAnswer, parseLinks } from './messages.ts'
import { COMMITTEE_FILE } from './standing.ts'

export interface Lineage {
  /** The last that is proven; undefined where the genesis names nobody. */
  committee(): Committee | undefined
  /** Reads what was proven in an earlier life. */
  start(): Promise<void>
  /** Others may tell of a later one, or the own copy know it. */
  look(): void
  stop(): Promise<void>
}

export interface LineageDeps {
  network: FoundedNetwork
  net: Pick<Net, 'self' | 'request'>
  disk: Disk
  clock: Clock
  logger: Logger
  tellings(): readonly Telling[]
  /** The first of the era: of the genesis, or of the mandate that began it. */
  first(): ProvenCommittee | undefined
  /** What the own copy knows of the committees from that epoch on. */
  ownLinks(from: number): readonly Uint8Array[]
  changed(): void
  /** Default: the rule on signatures. */
  verify?: Verify | undefined
}

const KEPT = z.strictObject({ v: z.literal(1), committee: z.instanceof(Uint8Array) })

export function createLineage(deps: LineageDeps): Lineage {
  const { network, net, disk, clock, logger } = deps
  const scheme = { network: network.id, verify: deps.verify ?? verify }
  let proven: ProvenCommittee | undefined
  let working: Promise<void> | undefined
  let again = false
  let cancelLook: (() => void) | undefined
  const stopping = new AbortController()
  /** Who told of an epoch and could not prove it or be heard, and until when that is remembered. */
  const unproven = new Map<NodeId, number>()

  /** What was proven in another era counts for nothing in this one. */
  function current(): ProvenCommittee | undefined {
    const first = deps.first()
    if (!first || !proven || !isOfOneMandate(first.epoch, proven.epoch)) proven = first
    return proven
  }

  function epochOf({ committee }: Telling): number {
    return committee.term
  }

  /** The others that tell of a later committee, the latest first. */
  function witnesses(): NodeId[] {
    const epoch = current()?.epoch ?? 0
    return deps
      .tellings()
      .filter((telling) => telling.author !== net.self && epochOf(telling) > epoch)
      .sort((left, right) => epochOf(right) - epochOf(left))
      .map(({ author }) => author)
  }

  const isOpen = (node: NodeId): boolean => (unproven.get(node) ?? 0) <= clock.monotonicMs()

  /** Who could not be heard may be by then; nothing new need be told until then. */
  function lookLater(): void {
    if (witnesses().length === 0 || stopping.signal.aborted) return
    cancelLook ??= clock.timer(UNHEARD_MS, () => {
      cancelLook = undefined
      look()
    })
  }

  async function advance(links: readonly Uint8Array[]): Promise<boolean> {
    const known = current()
    if (!known) return false
    const next = followLinks(scheme, known, links)
    if (next.epoch === known.epoch) return false
    proven = next
    // Whoever is out of it has to hear of it, whatever the disk says.
    deps.changed()
    await keep(next)
    return true
  }

  /** A later life without it has the same proven to it again. */
  async function keep(committee: ProvenCommittee): Promise<void> {
    try {
      const content = encodeChecked({ v: 1, committee: encodeCommittee(committee) })
      await disk.writeAtomic(COMMITTEE_FILE, content, { mode: 0o600 })
    } catch (error) {
      logger.warn('The committee could not be written down.', { error: messageOf(error) })
    }
  }

  /** Undefined where nothing was heard. */
  async function askFor(author: NodeId, from: number): Promise<readonly Uint8Array[] | undefined> {
    try {
      const body = await net.request(author, PROTOCOL, encodeQuestion({ kind: 'links', from }), {
        signal: stopping.signal,
        timeoutMs: TRY_MS,
        answerBytesMax: ANSWER_BYTES_MAX,
      })
      const answer = parseAnswer(body)
      return (answer?.ok && parseLinks(answer.value)) || []
    } catch (error) {
      if (!(error instanceof MyceliumError) && !stopping.signal.aborted) throw error
      return undefined
    }
  }

  async function work(): Promise<void> {
    do {
      again = false
      const known = current()
      if (!known) return
      await advance(deps.ownLinks(known.epoch))
      for (const author of witnesses().filter(isOpen)) {
        if (stopping.signal.aborted) return
        const { epoch } = current() ?? known
        const links = await askFor(author, epoch)
        const isNews = links !== undefined && (await advance(links))
        // A member that has just started has nothing to show yet; only what is shown can be a lie.
        const waitMs = links && links.length > 0 ? UNPROVEN_MS : UNHEARD_MS
        if (!isNews) unproven.set(author, clock.monotonicMs() + waitMs)
        again ||= isNews
      }
    } while (again && !stopping.signal.aborted)
    lookLater()
  }

  function look(): void {
    again = true
    if (working || stopping.signal.aborted) return
    working = work()
      .catch((error: unknown) => {
        logger.error('The committee cannot be followed.', { error: String(error) })
      })
      .finally(() => {
        working = undefined
      })
  }

  return {
    committee() {
      const known = current()
      if (!known) return undefined
      const { epoch } = known
      return { ...membersOf(known), leader: undefined, term: epoch, applied: epoch }
    },
    async start() {
      const bytes = await disk.read(COMMITTEE_FILE)
      const content = bytes && KEPT.safeParse(decodeChecked(bytes)).data
      const kept = content && parseCommittee(content.committee)
      if (bytes && !kept)
        logger.warn('A file cannot be read and is not used', { path: COMMITTEE_FILE })
      const known = current()
      const isLater = known && kept && kept.epoch > known.epoch
      if (isLater && isOfOneMandate(kept.epoch, known.epoch)) proven = kept
      look()
    },
    look,
    async stop() {
      stopping.abort()
      cancelLook?.()
      await working
    },
  }
}
