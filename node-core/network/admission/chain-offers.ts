import { messageOf } from '../../base/errors/index.ts'
import type { AdmissionDeps } from './index.ts'
import { encodeQuestion, parseAnswer } from './messages.ts'

/** The question over the mesh, between members; strangers send the same over `join`. */
export const RENEW_PROTOCOL = 'renew/1'

/** Renewed chains, from connected members who may sign them, then from whoever can be dialled. */
export async function* chainOffers(
  deps: Pick<AdmissionDeps, 'mesh' | 'contacts' | 'logger'>,
  membership: Uint8Array[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array[]> {
  const { mesh, logger } = deps
  const question = encodeQuestion({ ask: 'renew', membership })
  const chainFrom = async (ask: () => Promise<Uint8Array>): Promise<Uint8Array[]> => {
    try {
      const answer = parseAnswer(await ask())
      if (answer.answer === 'admitted') return answer.membership
      const code = answer.answer === 'refused' ? answer.code : 'JOIN_MALFORMED'
      logger.debug('A member did not renew the certificate.', { code })
    } catch (error) {
      const reason = messageOf(error)
      logger.debug('A member could not be asked for a new certificate.', { reason })
    }
    return []
  }

  for (const { id, member } of mesh.connected()) {
    if (!member.permissions.has('invite') && !member.permissions.has('admin')) continue
    const chain = await chainFrom(() => mesh.request(id, RENEW_PROTOCOL, question, { signal }))
    if (chain.length > 0) yield chain
  }
  // Once the certificate has ended nobody lets this node in, but strangers may ask too.
  if (mesh.connected().length > 0) return
  for (const address of deps.contacts()) {
    if (signal.aborted) return
    const chain = await chainFrom(() => mesh.askToJoin(address, question, { signal }))
    if (chain.length > 0) yield chain
  }
}
