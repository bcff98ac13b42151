/** What peers give to a node that is behind. All of it is checked before it is used. */
import type { NodeId } from '../../../base/net/index.ts'
import type { Verdict } from '../index.ts'
import { historyFrom } from './answering.ts'
import { type Block, parseBlock } from './block.ts'
import { ballotOf, type Certificate, verifyCertificate } from './certificate.ts'
import { accept, isCertified, takeBlock } from './certifying.ts'
import { committeeOf } from './compacting.ts'
import { count } from './counting.ts'
import { finalise } from './finalising.ts'
import { isFinalisationOf, succeed } from './lineage.ts'
import { epochOf, type Machine, schemeOf } from './machine.ts'
import type { ProvenBlock } from './messages.ts'
import { type BlockDigest, nextView } from './numbering.ts'
import { ask, standpointOf } from './standpoint.ts'

const ACCEPT: Verdict = { verdict: 'accept' }
const OLD: Verdict = { verdict: 'ignore', code: 'OLD' }
const UNASKED: Verdict = { verdict: 'ignore', code: 'UNASKED' }
const MALFORMED: Verdict = { verdict: 'reject', code: 'MALFORMED' }
const UNPROVEN: Verdict = { verdict: 'reject', code: 'CERTIFICATE_INVALID' }

export function hearCertificates(
  machine: Machine,
  from: NodeId,
  certificates: readonly Certificate[],
): Verdict {
  for (const certificate of certificates) {
    if (certificate.epoch > epochOf(machine)) ask(machine, from)
    if (certificate.epoch !== epochOf(machine) || isKnown(machine, certificate)) continue
    if (!isCertified(machine, certificate)) return UNPROVEN
    lookForLies(machine, certificate)
    accept(machine, certificate)
  }
  return ACCEPT
}

/** Who said one thing here and another to those who made the certificate is caught by it. */
function lookForLies(machine: Machine, certificate: Certificate): void {
  for (const signature of certificate.signatures) {
    count(machine, { ...ballotOf(certificate), ...signature })
  }
}

/** Finalised blocks, oldest first; each run of them ends with a certificate. */
export function hearHistory(
  machine: Machine,
  from: NodeId,
  blocks: readonly ProvenBlock[],
): Verdict {
  if (!machine.hasState) return UNASKED
  let run: Block[] = []
  const before = machine.chain.tip.height
  for (const { block: bytes, certificate } of blocks) {
    const block = parseBlock(bytes)
    if (!block) return MALFORMED
    const above = run.at(-1)
    if (above && block.parent !== above.digest) return MALFORMED
    run.push(block)
    if (!certificate) continue
    const verdict = takeRun(machine, run, certificate)
    if (verdict.verdict !== 'accept') return verdict
    run = []
  }
  if (machine.dissent.takeTelling(from)) {
    const [first] = blocks
    const height = (first && parseBlock(first.block)?.height) ?? machine.chain.tip.height
    for (const message of historyFrom(machine, height) ?? []) machine.outbox.send([from], message)
  }
  // At once, not at the next tick: a node far behind catches up as fast as messages travel.
  if (machine.chain.tip.height > before) {
    machine.outbox.sendNow([from], { kind: 'status', ...standpointOf(machine) })
  }
  return ACCEPT
}

export function hearBlock(machine: Machine, bytes: Uint8Array): Verdict {
  const block = parseBlock(bytes)
  if (!block) return MALFORMED
  if (!machine.wanted.delete(block.digest)) return UNASKED
  takeBlock(machine, block)
  return ACCEPT
}

/** The last blocks of epochs, each certified by its own committee, lead to the present one. */
export function hearLinks(machine: Machine, from: NodeId, links: readonly ProvenBlock[]): Verdict {
  const { catchUp } = machine
  const before = catchUp.committee().epoch
  for (const link of links) {
    const next = succeed(schemeOf(machine), catchUp.committee(), link)
    if ('committee' in next) catchUp.follow(next.committee, link)
    else if (next.code === 'MALFORMED') return MALFORMED
    else if (next.code === 'UNPROVEN') return UNPROVEN
  }
  if (catchUp.committee().epoch === before) return OLD
  machine.outbox.sendNow([from], { kind: 'status', ...standpointOf(machine) })
  return ACCEPT
}

function takeRun(machine: Machine, run: Block[], certificate: Certificate): Verdict {
  const last = run.at(-1)
  if (!last || !isFinalisationOf(last, certificate)) return MALFORMED
  const { chain } = machine
  if (last.height <= chain.tip.height) {
    const other = chain.finalFrom(last.height, 1)?.[0]
    if (!other || other.block.digest === last.digest) return ACCEPT
    const committee = committeeOf(machine, certificate.epoch)
    if (!committee || !verifyCertificate(schemeOf(machine), committee, certificate)) return UNPROVEN
    machine.dissent.addFork()
    return ACCEPT
  }
  if (certificate.epoch !== epochOf(machine)) return OLD
  if (!isCertified(machine, certificate)) return UNPROVEN
  for (const block of run) takeBlock(machine, block)
  lookForLies(machine, certificate)
  accept(machine, certificate)
  // Before the next run, which may be of the next epoch.
  finalise(machine)
  return ACCEPT
}

function isKnown({ views, chain }: Machine, { view, kind }: Certificate): boolean {
  return view <= chain.tip.view || views.peek(view)?.certificates[kind] !== undefined
}

/** What is certified and not here, and what its ancestors lack. */
export function findWanted(machine: Machine): void {
  const { chain, views, wanted, ticks } = machine
  const needed = new Set<BlockDigest>()
  for (const { certificates } of views.from(nextView(chain.tip.view))) {
    const { notarise, finalise: final } = certificates
    if (notarise?.digest && !chain.get(notarise.digest)) needed.add(notarise.digest)
    const path = final?.digest ? chain.pathTo(final.digest) : undefined
    if (path && typeof path === 'object' && 'missing' in path) needed.add(path.missing)
  }
  for (const digest of wanted.keys()) if (!needed.has(digest)) wanted.delete(digest)
  for (const digest of needed) if (!wanted.has(digest)) wanted.set(digest, { sinceTick: ticks })
}
