/** The side that is asked: answers strangers over `join`, and members over `renew/1`. */
import { MyceliumError } from '../../base/errors/index.ts'
import { ownerIdOf, peerIdOf } from '../../identity/index.ts'
import {
  type AdmissionParts,
  admitByInvite,
  currentChain,
  type Newcomer,
  putToWait,
  refusal,
  renewChain,
} from './admit.ts'
import type { AdmissionDeps } from './index.ts'
import { ADDRESSES_MAX } from './limits.ts'
import type { MemberRecords } from './member-records.ts'
import { type Answer, encodeAnswer, openJoinRequest, parseQuestion } from './messages.ts'
import { createQuestionRate } from './question-rate.ts'

export interface Gate {
  /** Never throws: a refusal is an answer. */
  answer(body: Uint8Array, remotePeerId: string): Promise<Uint8Array>
}

export function createGate(deps: AdmissionDeps, parts: AdmissionParts): Gate {
  const { clock, logger } = deps
  const mayAsk = createQuestionRate()
  const inTurn = createTurns()

  return {
    async answer(body, remotePeerId) {
      try {
        if (!mayAsk(remotePeerId, clock.monotonicMs())) {
          throw refusal('RATE_LIMITED', 'Too many questions. Try again in a minute.')
        }
        return encodeAnswer(await answerTo(deps, { ...parts, inTurn }, body, remotePeerId))
      } catch (error) {
        if (!(error instanceof MyceliumError)) throw error
        logger.info('A newcomer was refused.', { code: error.code, peer: remotePeerId })
        return encodeAnswer(asRefusal(error))
      }
    },
  }
}

async function answerTo(
  deps: AdmissionDeps,
  parts: AdmissionParts & { inTurn: Turns },
  body: Uint8Array,
  remotePeerId: string,
): Promise<Answer> {
  const question = parseQuestion(body)
  switch (question.ask) {
    case 'about':
      return aboutAnswer(deps, parts.records)
    case 'renew':
      return admitted(deps, renewChain(deps, parts, question.membership))
    case 'join': {
      if (question.network !== deps.network.id) {
        throw refusal('WRONG_NETWORK', 'This node is in another network.')
      }
      const { ownerKey, request } = openJoinRequest(deps.network.id, question.request)
      // Noise has proven who is on the line: a request cannot be shown by another node.
      if (peerIdOf(request.node) !== remotePeerId) {
        throw refusal('JOIN_MALFORMED', 'The request is another node’s.')
      }
      const owner = ownerIdOf(ownerKey)
      const newcomer = { owner, ownerKey, request, sealed: question.request }
      return parts.inTurn(() => answerJoin(deps, parts, newcomer))
    }
  }
}

async function answerJoin(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  newcomer: Newcomer,
): Promise<Answer> {
  const { records } = parts
  const { wish } = newcomer.request
  if (records.isRemoved(newcomer.owner)) {
    throw refusal('MEMBER_REMOVED', 'This owner was removed from the network.')
  }
  const entry = records.member(newcomer.owner)
  // Another computer of a member: it is in already, and an invite stays unused.
  if (entry) return admitted(deps, currentChain(deps, parts, entry, newcomer.ownerKey))
  switch (wish.kind) {
    case 'invite':
      return admitted(deps, await admitByInvite(deps, parts, newcomer, wish))
    case 'ask':
      return waitingAnswer(deps, await putToWait(deps, records, newcomer))
    case 'poll': {
      const asked = records.waiting(newcomer.owner)
      if (!asked) throw refusal('NOT_FOUND', 'Nobody of this name waits to be let in.')
      return waitingAnswer(deps, asked.since)
    }
  }
}

/** The same question from a member, over the mesh: a refusal resets the stream. */
export function answerRenewal(
  deps: AdmissionDeps,
  parts: AdmissionParts,
  body: Uint8Array,
): Uint8Array {
  const question = parseQuestion(body)
  if (question.ask !== 'renew') throw refusal('JOIN_MALFORMED', 'This is no renewal.')
  return encodeAnswer(admitted(deps, renewChain(deps, parts, question.membership)))
}

function aboutAnswer(deps: AdmissionDeps, records: MemberRecords): Answer {
  return {
    answer: 'about',
    network: deps.network.id,
    name: deps.network.genesis.name,
    node: deps.mesh.self,
    nodeName: deps.nodeName(),
    members: records.countMembers(),
  }
}

function admitted(deps: AdmissionDeps, membership: Uint8Array[]): Answer {
  const addresses = [...new Set([...deps.mesh.addresses(), ...deps.contacts()])]
  return {
    answer: 'admitted',
    genesis: deps.network.bytes,
    membership,
    addresses: addresses.slice(0, ADDRESSES_MAX),
  }
}

function waitingAnswer(deps: AdmissionDeps, since: string): Answer {
  return { answer: 'waiting', genesis: deps.network.bytes, since }
}

function asRefusal(error: MyceliumError): Answer {
  const addresses =
    error.details && 'addresses' in error.details && Array.isArray(error.details.addresses)
      ? { addresses: error.details.addresses.map(String) }
      : {}
  return { answer: 'refused', code: error.code, message: error.message.slice(0, 200), ...addresses }
}

type Turns = <T>(run: () => Promise<T>) => Promise<T>

/** One request after the other, so that two never take the same last use of an invite. */
function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const mine = last.then(run)
    last = mine.catch(() => undefined)
    return mine
  }
}
