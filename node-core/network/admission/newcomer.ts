/** The side that asks: a node with keys and no network. */
import { sleep } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { parseNodeId } from '../../base/net/index.ts'
import {
  checkInviteTime,
  encodeCredential,
  type FoundedNetwork,
  isFounder,
  issueNodeCertificate,
  type NetworkId,
  parseGenesis,
  parseInvite,
  parseNetworkId,
  proveInvite,
  verifyMembership,
} from '../../identity/index.ts'
import { founderCredential } from './founder.ts'
import type { AdmissionErrorCode, Admitted, NetworkFacts, NewcomerDeps, Waiting } from './index.ts'
import { POLL_PERIOD_MS } from './limits.ts'
import {
  type Answer,
  encodeQuestion,
  type JoinRequest,
  parseAnswer,
  sealJoinRequest,
} from './messages.ts'

interface AskOptions {
  signal?: AbortSignal
}

/** Where a network can be asked: what a seed document or a node nearby gives. */
export interface JoinTarget {
  network: NetworkId
  addresses: readonly string[]
}

/** How far a newcomer's own clock may be wrong before it turns an invite down itself. */
const INVITE_TOLERANCE_MS = 2 * 3_600_000

/** Throws INVITE_…, WRONG_NETWORK, MEMBER_REMOVED, NOBODY_ANSWERED, as the issuer's node says. */
export async function joinByInvite(
  deps: NewcomerDeps,
  link: string,
  options: AskOptions = {},
): Promise<Admitted> {
  const invite = parseInvite(link)
  checkInviteTime(invite, deps.clock.wallMs(), INVITE_TOLERANCE_MS)
  const proof = proveInvite(invite, deps.ownerKey.publicKey)
  const wish = { kind: 'invite' as const, invite: invite.signed, proof }
  const target = { network: invite.network.id, addresses: invite.addresses }
  const outcome = await ask(deps, target, wish, options)
  if ('waiting' in outcome) throw malformed('The answer does not belong to an invite.')
  return outcome.admitted
}

/** Asks to be put before an admin. Admitted at once if the owner is a member already. */
export function askToBeLetIn(
  deps: NewcomerDeps,
  target: JoinTarget,
  options: AskOptions = {},
): Promise<{ admitted: Admitted } | { waiting: Waiting }> {
  return ask(deps, target, { kind: 'ask' }, options)
}

/**
 * Asks again and again until an admin has approved. Throws NOT_FOUND when an admin has turned the
 * newcomer away, MEMBER_REMOVED, or the signal's reason.
 */
export async function waitForApproval(
  deps: NewcomerDeps,
  target: JoinTarget,
  options: AskOptions & { periodMs?: number } = {},
): Promise<Admitted> {
  const { periodMs = POLL_PERIOD_MS, ...rest } = options
  for (;;) {
    try {
      const outcome = await ask(deps, target, { kind: 'poll' }, rest)
      if ('admitted' in outcome) return outcome.admitted
    } catch (error) {
      // Nobody is there just now, or all are busy: an approval may still come.
      if (!(error instanceof MyceliumError) || !MAY_PASS.has(error.code)) throw error
    }
    await sleep(deps.clock, periodMs, rest)
  }
}

/** What a node says of its network to anybody who asks. */
export async function askAbout(
  deps: Pick<NewcomerDeps, 'askToJoin'>,
  address: string,
  options: AskOptions = {},
): Promise<NetworkFacts> {
  const body = encodeQuestion({ ask: 'about' })
  const answer = accepted(parseAnswer(await deps.askToJoin(address, body, options)))
  const network = answer.answer === 'about' ? parseNetworkId(answer.network) : undefined
  const node = answer.answer === 'about' ? parseNodeId(answer.node) : undefined
  if (answer.answer !== 'about' || !network || !node) throw malformed('Not an answer to “about”.')
  const { name, nodeName, members } = answer
  return { network, name, node, nodeName, members }
}

type Outcome = { admitted: Admitted } | { waiting: Waiting }

const MAY_PASS = new Set(['NOBODY_ANSWERED', 'RATE_LIMITED'])
/** Answers after which the next address may say something else. */
const MAY_DIFFER_ELSEWHERE = new Set([
  'INVITE_NOT_HERE',
  'RATE_LIMITED',
  'FORBIDDEN',
  'CERTIFICATE_EXPIRED',
  'JOIN_MALFORMED',
  'NOT_FOUND',
])

async function ask(
  deps: NewcomerDeps,
  target: JoinTarget,
  wish: JoinRequest['wish'],
  options: AskOptions,
): Promise<Outcome> {
  const { ownerName, nodeName } = deps
  const request = { wish, node: deps.nodeKey.publicKey, ownerName, nodeName }
  const sealed = sealJoinRequest(deps.ownerKey, target.network, request)
  const body = encodeQuestion({ ask: 'join', network: target.network, request: sealed })
  const attempts: { address: string; code: string; message: string }[] = []
  let refused: MyceliumError | undefined
  for (const address of target.addresses) {
    try {
      const answer = parseAnswer(await deps.askToJoin(address, body, options))
      return readOutcome(deps, target, accepted(answer))
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof MyceliumError)) throw error
      attempts.push({ address, code: error.code, message: messageOf(error) })
      if (error.code.startsWith('NET_') || error.code === 'ADDRESS_INVALID') continue
      if (!MAY_DIFFER_ELSEWHERE.has(error.code)) throw error
      refused ??= error
    }
  }
  if (refused) throw refused
  throw new MyceliumError<AdmissionErrorCode>(
    'NOBODY_ANSWERED',
    'No node of the network could be reached.',
    { details: { attempts } },
  )
}

function readOutcome(deps: NewcomerDeps, target: JoinTarget, answer: Answer): Outcome {
  if (answer.answer !== 'admitted' && answer.answer !== 'waiting') {
    throw malformed('Not an answer to a join request.')
  }
  const network = parseGenesis(answer.genesis)
  if (network.id !== target.network) {
    throw new MyceliumError<AdmissionErrorCode>('WRONG_NETWORK', 'Another network has answered.')
  }
  const addresses = [...target.addresses]
  if (isFounder(network, deps.ownerKey.publicKey)) {
    // A founder's other computer needs nobody's signature but its own.
    const ownerName = nameOnRecord(deps, network, answer) ?? deps.ownerName
    const credential = founderCredential({ ...deps, ownerName }, network)
    return { admitted: { network, addresses, credential } }
  }
  if (answer.answer === 'waiting') return { waiting: { network, addresses, since: answer.since } }
  const all = [...new Set([...answer.addresses, ...addresses])]
  return { admitted: admittedWith(deps, network, answer.membership, all) }
}

/** An owner has one name, whichever of its computers joins; undefined where nobody knew it. */
function nameOnRecord(
  { ownerKey }: NewcomerDeps,
  network: FoundedNetwork,
  answer: Answer,
): string | undefined {
  if (answer.answer !== 'admitted') return undefined
  const check = { network, nowMs: undefined }
  return verifyMembership(answer.membership, ownerKey.publicKey, check).ownerName
}

/** Checks the chain as every member will, and signs the node's certificate under it. */
function admittedWith(
  deps: NewcomerDeps,
  network: FoundedNetwork,
  membership: Uint8Array[],
  addresses: string[],
): Admitted {
  const nowMs = deps.clock.wallMs()
  verifyMembership(membership, deps.ownerKey.publicKey, { network, nowMs })
  const request = { node: deps.nodeKey.publicKey, nowMs }
  const node = issueNodeCertificate(deps.ownerKey, network.id, request)
  return { network, addresses, credential: encodeCredential({ node, membership }) }
}

/** The answer, unless it is a refusal: that is thrown under its own code. */
function accepted(answer: Answer): Answer {
  if (answer.answer !== 'refused') return answer
  const { code, message, addresses } = answer
  throw new MyceliumError(code, message, addresses ? { details: { addresses } } : {})
}

function malformed(message: string): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError('JOIN_MALFORMED', message)
}
