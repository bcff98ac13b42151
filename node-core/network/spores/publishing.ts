/** The leader's work: composes a document, proves its committee, and gathers signatures for it. */
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import {
  CERTIFIED_LINKS_MAX,
  type CertifiedChain,
  CHAIN_BYTES_MAX,
  type CommitteeChain,
  encodeChain,
  encodeStatement,
  hasMajority,
  isSameCommittee,
  parseStatement,
  type StatedChain,
  signAsVoter,
  type VoterSignature,
  verifyChain,
} from '../../control/succession/index.ts'
import { nodeIdOf } from '../../identity/index.ts'
import { compose, sameContent } from './composing.ts'
import { encodeDocument, isNewerVersion } from './document.ts'
import type { SporeDocument, SporesDeps, SporeVersion, VerifiedSpore } from './index.ts'
import { ADMINS_ASKED_MAX, SIGN_TIMEOUT_MS, SPORE_REFRESH_MS } from './limits.ts'
import { encodeQuestion, SPORE_PROTOCOL, type SporeQuestion } from './messages.ts'
import { chainIn, sealSpore } from './sealed.ts'

export interface PublishingDeps
  extends Pick<
    SporesDeps,
    'network' | 'net' | 'signer' | 'mandate' | 'primary' | 'members' | 'isAdmins' | 'clock'
  > {
  current(): VerifiedSpore | undefined
}

/** What there is to sign, or undefined while there is no news or this node does not lead. */
export function draft(deps: PublishingDeps): SporeDocument | undefined {
  const { role, inForce, committee, height, era } = deps.primary.status()
  const view = deps.primary.view()
  if (role !== 'leader' || !inForce || !committee || !view || height === undefined) return undefined
  const content = compose({ view, voters: committee.voters, members: deps.members() })
  if (!content) return undefined
  const nowMs = deps.clock.wallMs()
  const before = deps.current()?.document
  const isSameEra = before?.version.era === era
  if (before && isSameEra && sameContent(before, content)) {
    if (nowMs < before.issuedAtMs + SPORE_REFRESH_MS) return undefined
  }
  const isSameEntry = isSameEra && before?.version.index === height
  const edition = isSameEntry ? (before?.version.edition ?? 0) + 1 : 0
  const version: SporeVersion = { era, index: height as LogIndex, edition }
  if (before && !isNewerVersion(version, before.version)) return undefined
  return { ...content, version, issuedAtMs: nowMs }
}

/** The sealed bytes; undefined where too few sign, or nobody can prove the committee. */
export async function publish(
  deps: PublishingDeps,
  document: SporeDocument,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { network } = deps
  const { era, index } = document.version
  const statement = encodeStatement({ era, index, voters: document.voters })
  const chain = await chainTo(deps, statement, signal)
  if (!chain) return undefined
  const payload = encodeDocument(document)
  const signatures = await gather(deps, document.voters, signal, {
    own: () => signAsVoter(deps.signer, { context: 'spore', network: network.id, payload }),
    question: { kind: 'sign', document: payload },
    context: 'spore',
    payload,
  })
  return signatures && sealSpore({ genesis: network.bytes, chain, document: payload, signatures })
}

/**
 * Under Simplex the certificates of the committees themselves. Else the shortest there is: the same as before, this node's admin's own, one link more, or another
 * admin's. In a later era links come first: its root says where the era before it ended. So a committee whose members were all replaced can still be proven.
 */
async function chainTo(
  deps: PublishingDeps,
  payload: Uint8Array,
  signal: AbortSignal,
): Promise<CommitteeChain | undefined> {
  const { network } = deps
  const wanted = parseStatement(payload)
  const current = deps.current()
  const proven = deps.primary.proof()
  if (proven && fits(proven)) return proven
  const chain = current && chainIn(current.bytes)
  const held = chain && 'links' in chain ? chain : undefined
  const tip = current?.committee
  if (held && tip && isSameCommittee(tip, wanted)) return held
  const own = deps.mandate(payload)
  const isFirstEra = wanted.era === 0 || tip?.era !== wanted.era
  if (own && isFirstEra) return { root: own, links: [] }
  if (held && tip && tip.era === wanted.era) {
    const signatures = await gather(deps, tip.voters, signal, {
      own: () => signAsVoter(deps.signer, { context: 'committee', network: network.id, payload }),
      question: { kind: 'vouch', statement: payload },
      context: 'committee',
      payload,
    })
    const longer = signatures && {
      root: held.root,
      links: [...held.links, { payload, signatures }],
    }
    if (longer && isSound(deps, longer)) return longer
  }
  if (own) return { root: own, links: [] }
  const admins = deps.net.peers().filter(deps.isAdmins).slice(0, ADMINS_ASKED_MAX)
  for (const admin of admins) {
    const root = await ask(deps, admin, { kind: 'mandate', statement: payload }, signal)
    const chain = root && { root, links: [] }
    if (chain && isSound(deps, chain)) return chain
  }
  return undefined
}

/** After very many changes of the committee an admin's word is shorter. */
function fits(chain: CertifiedChain): boolean {
  if (chain.certified.length > CERTIFIED_LINKS_MAX) return false
  return encodeChain(chain).byteLength <= CHAIN_BYTES_MAX
}

function isSound({ network }: PublishingDeps, chain: StatedChain): boolean {
  try {
    verifyChain(network, chain)
    return true
  } catch {
    // Too long, or whoever signed may not: another way is tried.
    return false
  }
}

interface Gathering {
  own(): Uint8Array
  question: SporeQuestion
  context: 'committee' | 'spore'
  payload: Uint8Array
}

/** Signatures of a majority of `voters`; undefined where fewer sign. */
async function gather(
  deps: PublishingDeps,
  voters: readonly Uint8Array[],
  signal: AbortSignal,
  { own, question, context, payload }: Gathering,
): Promise<VoterSignature[] | undefined> {
  const asked = voters.map(async (key, voter): Promise<VoterSignature[]> => {
    const node = nodeIdOf(key)
    const signature = node === deps.net.self ? own() : await ask(deps, node, question, signal)
    // One that does not hold would spoil the rest.
    const signed = { context, network: deps.network.id, payload }
    return signature && hasMajority([key], [[0, signature]], signed) ? [[voter, signature]] : []
  })
  const signatures = (await Promise.all(asked)).flat()
  const signed = { context, network: deps.network.id, payload }
  return hasMajority(voters, signatures, signed) ? signatures : undefined
}

async function ask(
  { net }: PublishingDeps,
  node: NodeId,
  question: SporeQuestion,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const answer = await net.request(node, SPORE_PROTOCOL, encodeQuestion(question), {
      ...{ signal, timeoutMs: SIGN_TIMEOUT_MS },
    })
    return answer.byteLength > 0 ? answer : undefined
  } catch {
    // Away, or of a release that does not know the question: the others decide.
    return undefined
  }
}
