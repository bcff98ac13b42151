/** From votes to certificates, from certificates to the next view. */
import { equalBytes } from '../../../base/codec/index.ts'
import type { Block } from './block.ts'
import { type Certificate, createCertificate, verifyCertificate } from './certificate.ts'
import { handOn } from './collecting.ts'
import { epochOf, type Machine, schemeOf } from './machine.ts'
import { nextView } from './numbering.ts'
import { quorumWeight, weightOfAll } from './quorum.ts'
import type { EngineRecord } from './records.ts'
import { KINDS, type ViewState } from './views.ts'
import type { Vote, VoteKind } from './vote.ts'

/** Rule: a quorum of votes of one kind for one thing is a certificate. */
export function certify(machine: Machine): boolean {
  let changed = false
  for (const state of machine.views.from(nextView(machine.chain.tip.view))) {
    for (const kind of KINDS) {
      const votes = state.certificates[kind] ? undefined : quorumOf(machine, state, kind)
      const [first] = votes ?? []
      const certificate = votes && first && createCertificate(first, votes)
      if (!certificate || !accept(machine, certificate)) continue
      handOn(machine, certificate)
      changed = true
    }
    if (adopt(machine, state)) changed = true
  }
  return changed
}

/** Rule: whoever has a certificate of a view is past it (Simplex §2.1, "enters iteration h + 1"). */
export function advance(machine: Machine): boolean {
  const states = machine.views.from(machine.view)
  const top = states.findLast((state) => Object.keys(state.certificates).length > 0)
  if (!top) return false
  machine.view = nextView(top.view)
  machine.lacking = undefined
  machine.timer.enter()
  return true
}

export function isCertified(machine: Machine, certificate: Certificate): boolean {
  const { views, committee } = machine
  const isKnown = (vote: Vote): boolean => {
    const known = views.peek(vote.view)?.votes[vote.kind].get(vote.author)
    if (!known || known.digest !== vote.digest) return false
    return equalBytes(known.signature, vote.signature)
  }
  return verifyCertificate(schemeOf(machine), committee, certificate, isKnown)
}

/** Takes a certificate that was checked or made here. False when it tells nothing new. */
export function accept(machine: Machine, certificate: Certificate): boolean {
  const { views, chain, dissent } = machine
  if (certificate.epoch !== epochOf(machine) || certificate.view <= chain.tip.view) return false
  const { certificates } = views.at(certificate.view)
  const known = certificates[certificate.kind]
  if (contradicts(certificates, certificate)) dissent.addFork()
  if (known) return false
  certificates[certificate.kind] = certificate
  // It may be lost with its node, and nothing that follows from it is: `finalise` says why.
  write(machine, { kind: 'certificate', certificate }, { sync: false })
  return true
}

export function write(machine: Machine, record: EngineRecord, options: { sync: boolean }): void {
  if (!machine.replaying) machine.outbox.record(record, options)
}

/**
 * Puts a block among those that may become final, and on disk: it may come after the finalisation
 * that makes its entries committed, which must be here after a crash.
 */
export function takeBlock(machine: Machine, block: Block): void {
  if (block.height <= machine.chain.tip.height) return
  machine.chain.add(block)
  if (machine.written.has(block.digest)) return
  machine.written.add(block.digest)
  write(machine, { kind: 'block', block: block.bytes }, { sync: true })
}

/**
 * What two quorums cannot both have said, if at most f of the weight lies: each has an honest voter
 * in common with the other, and that one says only one of the two.
 */
function contradicts(known: ViewState['certificates'], next: Certificate): boolean {
  const { notarise, nullify, finalise } = known
  switch (next.kind) {
    case 'notarise':
    case 'finalise':
      return (
        [notarise, finalise].some((other) => other && other.digest !== next.digest) ||
        (next.kind === 'finalise' && nullify !== undefined)
      )
    case 'nullify':
      return finalise !== undefined
  }
}

/** The votes for whatever a quorum agrees on, if it does on anything. */
function quorumOf(machine: Machine, state: ViewState, kind: VoteKind): Vote[] | undefined {
  if (weightOfAll(machine.committee, state.votes[kind].keys()) < quorumWeight(machine.committee)) {
    return undefined
  }
  const byDigest = Map.groupBy(state.votes[kind].values(), (vote) => vote.digest)
  for (const votes of byDigest.values()) {
    const weight = weightOfAll(
      machine.committee,
      votes.map((vote) => vote.author),
    )
    if (weight >= quorumWeight(machine.committee)) return votes
  }
  return undefined
}

/** A proposal that turns out to be certified is needed, whatever this node thinks of it. */
function adopt(machine: Machine, state: ViewState): boolean {
  const { proposal, certificates } = state
  if (!proposal || machine.chain.get(proposal.digest)) return false
  const certified = certificates.notarise?.digest ?? certificates.finalise?.digest
  if (certified !== proposal.digest) return false
  takeBlock(machine, proposal)
  return machine.chain.get(proposal.digest) !== undefined
}
