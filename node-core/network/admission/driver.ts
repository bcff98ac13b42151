import { every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import { isFounder, ownerIdOf, parseCredential, verifyMembership } from '../../identity/index.ts'
import { RENEW_PROTOCOL } from './chain-offers.ts'
import { committedOwners } from './committed.ts'
import { MEMBER_PREFIX, REMOVED_PREFIX } from './entries.ts'
import { answerRenewal, createGate } from './gate.ts'
import type { Admission, AdmissionDeps } from './index.ts'
import { createInviteBook } from './invite-book.ts'
import { createIssuer } from './issuer.ts'
import { REMOVAL_NOTICE_MS, RENEW_CHECK_PERIOD_MS } from './limits.ts'
import { createMemberBook, stateWriting } from './member-book.ts'
import { memberRecords } from './member-records.ts'
import { createMirroring } from './mirroring.ts'
import { createRenewal } from './renewal.ts'
import { createSeed } from './seed.ts'

export function createAdmission(deps: AdmissionDeps): Admission {
  const { clock, credential, logger, mesh, network, nodeKey, ownerKey, state } = deps
  const registry = () => deps.registry?.()
  /** By the shared state alone. */
  const told = memberRecords(state, network)
  const records = memberRecords(state, network, committedOwners(registry))
  const issuer = createIssuer(deps, records)
  const invites = createInviteBook(deps)
  const parts = { records, told, issuer, invites }
  const gate = createGate(deps, parts)
  const renewal = createRenewal(deps, records)
  const mirroring = createMirroring({
    ...{ registry, state, told, clock, logger },
    ...stateWriting(deps, parts),
    isAdmin: () => issuer.permissions().has('admin'),
  })
  const selfKey = MEMBER_PREFIX + ownerIdOf(ownerKey.publicKey)
  let stops: (() => void | Promise<void>)[] = []
  let stopping = new AbortController()
  let busy: Promise<void> = Promise.resolve()
  let cancelCut = (): void => {}

  /** One after the other, since most of them replace the credential. */
  const inTurn = (run: () => Promise<void>): Promise<void> => {
    busy = busy.then(run).catch((error: unknown) => {
      logger.error('Certificates or connections could not be kept up to date.', {
        reason: messageOf(error),
      })
    })
    return busy
  }
  const renew = (): Promise<void> => inTurn(() => renewal.renew({ signal: stopping.signal }))
  return {
    ...createMemberBook(deps, parts),
    permissions: issuer.permissions,
    list: records.list,
    seedDocument() {
      const addresses = [...new Set([...mesh.addresses(), ...deps.contacts()])]
      const request = { addresses, credential: credential.current(), nowMs: clock.wallMs() }
      return createSeed(nodeKey, network, request)
    },

    async start() {
      if (stops.length > 0) return
      stopping = new AbortController()
      await invites.load(clock.wallMs())
      await putFounderEntry(deps)
      stops = [
        mesh.onJoin((body, peer) => gate.answer(body, peer)),
        mesh.onRequest(RENEW_PROTOCOL, (body) => answerRenewal(deps, parts, body)),
        mesh.onPeer((_, change) => {
          if (change === 'up') void renew()
        }),
        state.subscribe(selfKey, ({ remote }) => {
          if (remote) void inTurn(renewal.adopt)
        }),
        state.subscribe(REMOVED_PREFIX, () => {
          cancelCut()
          cancelCut = clock.timer(REMOVAL_NOTICE_MS, () => void inTurn(mesh.recheck))
        }),
        () => cancelCut(),
        every(clock, RENEW_CHECK_PERIOD_MS, renew, () => undefined),
      ]
      mirroring.start()
      void inTurn(renewal.adopt)
      void renew()
    },
    async stop() {
      const running = stops
      stops = []
      stopping.abort()
      await mirroring.stop()
      for (const stop of running.toReversed()) await stop()
      await busy
    },
  }
}

/**
 * A founder is a member by the genesis; its entry lets others see its name. Another computer of a founder
 * may not have heard of the entry yet: what it writes says the same.
 */
async function putFounderEntry(deps: AdmissionDeps): Promise<void> {
  const { network, ownerKey, state, credential } = deps
  if (!isFounder(network, ownerKey.publicKey)) return
  const key = MEMBER_PREFIX + ownerIdOf(ownerKey.publicKey)
  if (state.get(key)) return
  const { membership } = parseCredential(credential.current())
  const check = { network, nowMs: undefined }
  await state.put(key, {
    name: verifyMembership(membership, ownerKey.publicKey, check).ownerName,
    permissions: ['admin', 'invite', 'deploy', 'use'],
    since: network.genesis.createdAt,
    membership,
  })
}
