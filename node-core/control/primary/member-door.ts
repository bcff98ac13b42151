/** Answers `registry/1`: size, shape, permission, then this node's copy. */
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import { failure } from './failures.ts'
import { QUESTION_BYTES_MAX, WATCHES_MAX, WATCHES_PER_PEER_MAX } from './limits.ts'
import { type Answer, encodeAnswer, PROTOCOL, parseQuestion, type Question } from './messages.ts'

export interface MemberDoorDeps {
  net: Pick<Net, 'onRequest'>
  permissionsOf(node: NodeId): ReadonlySet<Permission> | undefined
  answer(question: Question): Promise<Plain>
  logger: Logger
}

/** Returns how to close it. */
export function openMemberDoor(deps: MemberDoorDeps): () => void {
  let watches = 0
  const perPeer = new Map<NodeId, number>()

  async function answerTo(body: Uint8Array, peer: NodeId): Promise<Plain> {
    const question = parseQuestion(body)
    if (!question) throw failure('MALFORMED', 'The question cannot be read.')
    const needed = permissionFor(question, peer)
    const held = deps.permissionsOf(peer)
    if (!held || (needed && !held.has(needed) && !held.has('admin'))) {
      throw failure('FORBIDDEN', `This needs the permission “${needed ?? 'use'}”.`)
    }
    if (question.kind !== 'changes' && question.kind !== 'turn') return deps.answer(question)
    if (watches >= WATCHES_MAX) throw failure('BUSY', 'Too many watch or wait here.')
    if ((perPeer.get(peer) ?? 0) >= WATCHES_PER_PEER_MAX) {
      throw failure('BUSY', 'Too many of this node watch or wait here.')
    }
    count(peer, 1)
    try {
      return await deps.answer(question)
    } finally {
      count(peer, -1)
    }
  }

  function count(peer: NodeId, by: 1 | -1): void {
    watches += by
    const theirs = (perPeer.get(peer) ?? 0) + by
    if (theirs === 0) perPeer.delete(peer)
    else perPeer.set(peer, theirs)
  }

  return deps.net.onRequest(
    PROTOCOL,
    async (body, peer) => {
      try {
        return encodeAnswer({ ok: true, value: await answerTo(body, peer) })
      } catch (error) {
        if (!(error instanceof MyceliumError)) throw error
        deps.logger.debug('A question was refused.', { peer, code: error.code })
        return encodeAnswer(refused(error))
      }
    },
    { requestBytesMax: QUESTION_BYTES_MAX },
  )
}

/** Of a batch the registry itself judges the author, who need not be who hands it over. */
function permissionFor(question: Question, peer: NodeId): Permission | undefined {
  switch (question.kind) {
    case 'submit':
    case 'outcome':
    case 'links':
      return undefined
    case 'query':
    case 'changes':
    case 'turn':
    case 'progress':
    case 'position':
      return 'use'
    case 'change':
      // Whoever leaves the network takes itself out first.
      return question.change === 'demote' && question.node === peer ? undefined : 'admin'
  }
}

function refused({ code, message, details }: MyceliumError): Answer {
  const plain = Object.entries(details ?? {}).filter(([, value]) => {
    return typeof value === 'string' || typeof value === 'number'
  })
  return {
    ok: false,
    code,
    message: message.slice(0, 1_000),
    ...(plain.length > 0 && { details: Object.fromEntries(plain) }),
  }
}
