/** Keeps the newest document of this network, publishes it while this node leads, and judges by it. */
import { every } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { pick } from '../../base/random/index.ts'
import { isSameCommittee, parseStatement, signAsVoter } from '../../control/succession/index.ts'
import { nodeIdOf } from '../../identity/index.ts'
import { whyNotSign, withoutWordsOf } from './composing.ts'
import { isBefore, isNewerVersion, parseDocument, versionText } from './document.ts'
import type { KnownNode, Position, Spores, SporesDeps, VerifiedSpore } from './index.ts'
import {
  type Authority,
  authorityOf,
  authorityOfGenesis,
  authorityOfRegistry,
  judge,
} from './judging.ts'
import {
  PUBLISH_LOOK_MS,
  SPORE_ASK_MS,
  SPORE_BYTES_MAX,
  SPORE_ENTRIES_AHEAD_MAX,
  SPORE_QUESTION_BYTES_MAX,
} from './limits.ts'
import { encodeQuestion, NOTHING, parseQuestion, SPORE_PROTOCOL } from './messages.ts'
import { draft, publish } from './publishing.ts'
import { type SporeCheck, verifySpore } from './sealed.ts'

const SPORE_PATH = 'spore.cbor'

export function createSpores(deps: SporesDeps): Spores {
  const { network, net, primary, disk, clock, random } = deps
  const logger = deps.logger.child('spores')
  const genesis = authorityOfGenesis(network)
  const listeners = new Set<() => void>()
  let held: { spore: VerifiedSpore; authority: Authority } | undefined
  let stopping = new AbortController()
  let undo: (() => void | Promise<void>)[] = []
  const work = new Set<Promise<void>>()

  /** Where each node's word stood at the last look. */
  let heard = new Map<NodeId, Position>()
  /** Whether the last draft found too few: else one that speaks all the while would keep any from being signed. */
  let isContested = false

  const publishing = { ...deps, current: () => held?.spore }

  function keep(spore: VerifiedSpore): void {
    held = { spore, authority: authorityOf(spore.document) }
    for (const listener of [...listeners]) listener()
  }

  function take(bytes: Uint8Array, nowMs?: number): VerifiedSpore {
    const spore = verifySpore(bytes, {
      ...{ network, isRemoved, copy: ownCopy() },
      ...(nowMs !== undefined && { nowMs }),
    })
    const { version } = spore.document
    if (held && !isNewerVersion(version, held.spore.document.version)) return held.spore
    keep(spore)
    disk.writeAtomic(SPORE_PATH, bytes).catch((error: unknown) => {
      logger.warn('The spore document cannot be kept.', { error: messageOf(error) })
    })
    return spore
  }

  /** What the registry here knows of a document of its era. */
  function ownCopy(): SporeCheck['copy'] {
    const view = primary.view()
    const { era, height = 0, inForce, caughtUp } = primary.status()
    if (!view) return undefined
    // What is behind, or cut off, cannot tell how far the others have come.
    const indexMax = inForce && caughtUp ? height + SPORE_ENTRIES_AHEAD_MAX : Infinity
    return { era, indexMax, isRemovedNode: (node) => view.node(node)?.removed === true }
  }

  /** The own copy stands above a document, but for one of a later era, which has overruled it. */
  function authorities(): Authority[] {
    const view = primary.view()
    const document = held ? [held.authority] : []
    const isOverruled = held && held.spore.document.version.era > primary.status().era
    const copy = view && !isOverruled ? [authorityOfRegistry(view)] : []
    return [genesis, ...copy, ...document]
  }

  function isRemoved(owner: Parameters<Spores['isRemoved']>[0]): boolean {
    return (
      authorities()
        .map((one) => one.isRemoved(owner))
        .find((said) => said !== undefined) === true
    )
  }

  async function load(): Promise<void> {
    const bytes = await disk.read(SPORE_PATH)
    if (!bytes) return
    try {
      keep(verifySpore(bytes, { network }))
    } catch (error) {
      logger.warn('The spore document in the home is of no use.', { error: messageOf(error) })
    }
  }

  async function look(): Promise<void> {
    const members = deps.members()
    const before = heard
    heard = new Map(members.map(({ node, position }) => [node, position]))
    const isUnsettled = ({ node, position }: KnownNode): boolean =>
      isBefore(before.get(node) ?? [0, 0], position)
    const settled = isContested ? withoutWordsOf(members, isUnsettled) : members
    const document = draft({ ...publishing, members: () => settled })
    if (!document) return
    const bytes = await publish(publishing, document, stopping.signal)
    isContested = !bytes
    if (!bytes) {
      logger.debug('Too few have signed the spore document.', {})
      return
    }
    take(bytes)
    logger.info('A spore document was published.', { version: versionText(document.version) })
  }

  async function askFor(peer: NodeId): Promise<void> {
    const question = { kind: 'latest', held: held?.spore.document.version ?? null } as const
    try {
      const answer = await net.request(peer, SPORE_PROTOCOL, encodeQuestion(question), {
        ...{ signal: stopping.signal, answerBytesMax: SPORE_BYTES_MAX },
      })
      if (answer.byteLength > 0) take(answer)
    } catch (error) {
      logger.debug('A peer has no spore document for us.', { peer, error: messageOf(error) })
    }
  }

  function answer(body: Uint8Array, peer: NodeId): Uint8Array {
    const question = parseQuestion(body)
    if (!question) throw new MyceliumError('MALFORMED', 'The question cannot be read.')
    switch (question.kind) {
      case 'latest': {
        if (!held) return NOTHING
        const { document, bytes } = held.spore
        const isNews = !question.held || isNewerVersion(document.version, question.held)
        return isNews ? bytes : NOTHING
      }
      case 'sign':
        return publishes(peer) ? sign(question.document) : NOTHING
      case 'vouch':
        return publishes(peer) && isTrue(question.statement) && hasCome(question.statement)
          ? signAsVoter(deps.signer, {
              ...{ context: 'committee', network: network.id, payload: question.statement },
            })
          : NOTHING
      case 'mandate':
        return (
          (isVoter(peer) && isTrue(question.statement) && deps.mandate(question.statement)) ||
          NOTHING
        )
    }
  }

  /** Only who leads publishes, so nobody else is told what to say: under Simplex that is any voter in turn. */
  function publishes(peer: NodeId): boolean {
    if (network.genesis.consensus === 'simplex') return isVoter(peer)
    return primary.status().committee?.leader === peer
  }

  const isVoter = (peer: NodeId): boolean =>
    primary.status().committee?.voters.includes(peer) === true

  /** A statement of entries to come would be beyond the documents of those that are. */
  function hasCome(payload: Uint8Array): boolean {
    return parseStatement(payload).index <= (primary.status().height ?? 0)
  }

  function sign(payload: Uint8Array): Uint8Array {
    const document = parseDocument(payload)
    const { committee, height = 0, era, inForce } = primary.status()
    const view = primary.view()
    if (!view || !committee || !inForce) return NOTHING
    const { voters } = committee
    const refusal = whyNotSign(document, {
      ...{ view, voters, members: deps.members(), height, era },
      ...{ held: held?.spore.document.version, nowMs: clock.wallMs() },
    })
    if (refusal) {
      logger.debug('A spore document was not signed.', { code: refusal })
      return NOTHING
    }
    return signAsVoter(deps.signer, { context: 'spore', network: network.id, payload })
  }

  /** Whether a committee is the one that this node goes by. */
  function isTrue(payload: Uint8Array): boolean {
    const statement = parseStatement(payload)
    const { committee, era, inForce } = primary.status()
    const named = new Set(statement.voters.map(nodeIdOf))
    return (
      inForce &&
      statement.era === era &&
      statement.ended === undefined &&
      committee?.voters.length === named.size &&
      committee.voters.every((voter) => named.has(voter)) &&
      (!held || isSameCommittee(held.spore.committee, statement) || isLater(statement.index))
    )
  }

  function isLater(index: number): boolean {
    return !held || index > held.spore.committee.index
  }

  function run(task: () => Promise<void>): void {
    if (stopping.signal.aborted) return
    const running = task().finally(() => work.delete(running))
    work.add(running)
  }

  const failed = (error: unknown): void => {
    logger.warn('Spore documents are in trouble.', { error: messageOf(error) })
  }

  return {
    current: () => held?.spore,
    take: (bytes) => take(bytes, clock.wallMs()),
    judge: (claim) => judge(authorities(), claim),
    isRemoved,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      if (undo.length > 0) return
      stopping = new AbortController()
      await load()
      undo = [
        net.onRequest(SPORE_PROTOCOL, (body, peer) => answer(body, peer), {
          requestBytesMax: SPORE_QUESTION_BYTES_MAX,
        }),
        net.onPeer((peer, change) => {
          if (change === 'up') run(() => askFor(peer))
        }),
        every(clock, PUBLISH_LOOK_MS, look, failed),
        every(
          clock,
          SPORE_ASK_MS,
          () => {
            const peer = pick(random, net.peers())
            return peer === undefined ? undefined : askFor(peer)
          },
          failed,
        ),
      ]
    },
    async stop() {
      stopping.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      for (const one of undo.splice(0)) await one()
      await Promise.all(work)
    },
  }
}
