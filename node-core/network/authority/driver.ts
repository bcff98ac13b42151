import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { every } from '../../base/clock/index.ts'
import { equalBytes } from '../../base/codec/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type Certifying, createCertifying } from './certifying.ts'
import { checkHeld, type Held, invalid, pemOf, readHeld, writeHeld } from './held.ts'
import type {
  Authority,
  AuthorityDeps,
  AuthorityErrorCode,
  AuthorityOptions,
  AuthorityProblem,
} from './index.ts'
import {
  CERTIFICATE_CHECK_MS,
  CERTIFY_AGAIN_MS,
  CERTIFY_AGAIN_MS_MAX,
  CERTIFY_ANSWER_BYTES_MAX,
  CERTIFY_QUESTION_BYTES_MAX,
} from './limits.ts'
import { CERTIFY_PROTOCOL, certifyMessages } from './messages.ts'
import { labelOf, zonesOf } from './zone.ts'

/** What a computer of the founder gave: DER. */
interface Given {
  authority: Uint8Array
  certificate?: Uint8Array | undefined
}

export function createAuthority(deps: AuthorityDeps, options: AuthorityOptions = {}): Authority {
  const { network, ownerKey, mesh, disk, clock, logger } = deps
  const zones = zonesOf(labelOf(network))
  const hosts = zones.map((zone) => `*.${zone}`)
  const [founder] = network.genesis.founders
  const isHere = founder !== undefined && equalBytes(founder, ownerKey.publicKey)
  const certifying = isHere ? createCertifying(deps) : undefined
  const listeners = new Set<() => void>()
  let held: Held | undefined
  let trouble: string | undefined
  let stops: (() => void | Promise<void>)[] = []
  let stopping = new AbortController()
  let cancelRetry = (): void => {}
  let retryMs = CERTIFY_AGAIN_MS
  let busy: Promise<void> = Promise.resolve()

  const take = (next: Held): void => {
    held = next
    trouble = undefined
    retryMs = CERTIFY_AGAIN_MS
    for (const listener of listeners) listener()
  }

  /** Asks for the authority, and for a certificate of a key if there is one. */
  const ask = async (publicKey?: KeyObject): Promise<Given> => {
    if (certifying) return giveHere(certifying, mesh.self, publicKey)
    const refusals: string[] = []
    for (const node of deps.founderNodes()) {
      try {
        return await askOf(deps, node, publicKey, stopping.signal)
      } catch (error) {
        refusals.push(messageOf(error))
      }
    }
    const why = refusals.length > 0 ? refusals.join('; ') : 'no computer of the founder is in reach'
    throw new MyceliumError<AuthorityErrorCode>('AUTHORITY_UNREACHABLE', why)
  }

  const renew = async (): Promise<void> => {
    cancelRetry()
    if (held && clock.wallMs() < (held.notBeforeMs + held.notAfterMs) / 2) return
    try {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      const given = await ask(publicKey)
      if (!given.certificate) throw invalid('The answer holds no certificate.')
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
      const pem = { key, certificate: pemOf(given.certificate), authority: pemOf(given.authority) }
      const next = checkHeld(pem, hosts, clock.wallMs())
      await writeHeld(disk, next)
      take(next)
      logger.info('this node was certified for TLS', { until: new Date(next.notAfterMs) })
    } catch (error) {
      trouble = messageOf(error)
      logger.debug('this node was not certified for TLS', { why: trouble })
      if (stopping.signal.aborted) return
      cancelRetry = clock.timer(retryMs, again)
      retryMs = Math.min(retryMs * 2, CERTIFY_AGAIN_MS_MAX)
    }
  }
  /** One after the other, as each takes the place of the one before. */
  const again = (): void => {
    busy = busy.then(renew)
  }

  const load = async (): Promise<void> => {
    const before = await readHeld(disk)
    if (!before) return
    try {
      take(checkHeld(before, hosts, clock.wallMs()))
    } catch (error) {
      logger.info('the certificate of before is not used', { why: messageOf(error) })
    }
  }

  return {
    zones,
    current: () => {
      if (!held || clock.wallMs() >= held.notAfterMs) return undefined
      // Without the authority: whoever trusts it has it (RFC 8446 §4.4.2).
      return { chain: held.certificate, key: held.key }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    problem: () => (options.wanted ? problemOf(held, trouble, clock.wallMs()) : undefined),
    certificate: async () => held?.authority ?? pemOf((await ask()).authority),
    async start() {
      if (stops.length > 0) return
      stopping = new AbortController()
      stops = [() => cancelRetry()]
      if (certifying) {
        const answer = async (body: Uint8Array, peer: NodeId): Promise<Uint8Array> =>
          certifyMessages.encodeAnswer(await certifying.answer(body, peer))
        const limits = { requestBytesMax: CERTIFY_QUESTION_BYTES_MAX }
        stops.push(mesh.onRequest(CERTIFY_PROTOCOL, answer, limits))
      }
      if (!options.wanted) return
      await load()
      stops.push(
        mesh.onPeer((_, change) => {
          if (change !== 'up') return
          retryMs = CERTIFY_AGAIN_MS
          again()
        }),
        every(clock, CERTIFICATE_CHECK_MS, again, () => {}),
      )
      again()
      // A computer of the founder has its own at once.
      if (certifying) await busy
    },
    async stop() {
      const running = stops
      stops = []
      stopping.abort()
      for (const stop of running.toReversed()) await stop()
      await busy
    },
  }
}

async function giveHere(
  certifying: Certifying,
  self: NodeId,
  publicKey: KeyObject | undefined,
): Promise<Given> {
  const authority = await certifying.authority()
  return publicKey
    ? { authority, certificate: await certifying.certify(publicKey, self) }
    : { authority }
}

async function askOf(
  { mesh }: AuthorityDeps,
  node: NodeId,
  publicKey: KeyObject | undefined,
  signal: AbortSignal,
): Promise<Given> {
  const question = publicKey ? { publicKey: publicKey.export({ type: 'spki', format: 'der' }) } : {}
  const bytes = certifyMessages.encodeQuestion(question)
  const limits = { signal, answerBytesMax: CERTIFY_ANSWER_BYTES_MAX }
  const answer = certifyMessages.parseAnswer(
    await mesh.request(node, CERTIFY_PROTOCOL, bytes, limits),
  )
  if (answer?.answer === 'given') return answer
  const code = answer?.code ?? 'CERTIFY_MALFORMED'
  throw invalid(`${node.slice(0, 12)} gave no certificate: ${code}`)
}

function problemOf(
  held: Held | undefined,
  trouble: string | undefined,
  nowMs: number,
): AuthorityProblem | undefined {
  if (!held || nowMs >= held.notAfterMs) {
    const why = trouble ?? 'it was not asked for yet'
    const message = `This computer has no certificate of the network’s own for TLS: ${why}.`
    return { code: 'TLS_NO_CERTIFICATE', message }
  }
  const lastQuarterMs = held.notAfterMs - (held.notAfterMs - held.notBeforeMs) / 4
  if (nowMs < lastQuarterMs || trouble === undefined) return undefined
  const until = new Date(held.notAfterMs).toISOString()
  const message = `This computer’s certificate for TLS ends ${until} and was not renewed: ${trouble}.`
  return { code: 'TLS_CERTIFICATE_ENDING', message }
}
