/**
 * What a peer that is behind is given. Each has a share of it in each tick; what has no room in it is
 * owed, and given with the next.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { Verdict } from '../index.ts'
import type { Certificate } from './certificate.ts'
import type { FinalBlock } from './chain.ts'
import {
  ANSWER_BYTES_MAX,
  BLOCKS_PER_MESSAGE_MAX,
  CERTIFICATES_PER_MESSAGE_MAX,
  CHUNK_BYTES,
  LINKS_PER_MESSAGE_MAX,
} from './limits.ts'
import { epochOf, type Machine } from './machine.ts'
import type { Message, ProvenBlock, Standpoint } from './messages.ts'
import { type BlockDigest, type Height, nextHeight, nextView, type View } from './numbering.ts'
import { ask } from './standpoint.ts'

const ACCEPT: Verdict = { verdict: 'accept' }
const BUSY: Verdict = { verdict: 'ignore', code: 'BUSY' }
const GONE: Verdict = { verdict: 'ignore', code: 'GONE' }

export function hearStatus(machine: Machine, from: NodeId, status: Standpoint): Verdict {
  const { chain, view, peers, catchUp } = machine
  peers.setStandpoint(from, status)
  const { tip } = chain
  const isAhead =
    status.height > tip.height ||
    (status.height === tip.height && status.view > view) ||
    status.epoch > catchUp.committee().epoch
  if (isAhead) ask(machine, from)
  const answer = answerTo(machine, status)
  if (!answer || !peers.mayAnswer(from, status, machine.ticks)) return ACCEPT
  return giveAll(machine, from, answer)
}

/** Once per tick, before anything new is asked for. */
export function giveOwed(machine: Machine): void {
  for (const { peer, standpoint, piece } of machine.peers.takeOwed()) {
    if (standpoint) giveAll(machine, peer, answerTo(machine, standpoint) ?? [])
    if (piece) hearFetch(machine, peer, piece.digest, piece.offset)
  }
}

function giveAll(machine: Machine, to: NodeId, answer: readonly Message[]): Verdict {
  const isGiven = answer.every((message) => give(machine, to, message))
  machine.peers.oweAnswer(to, !isGiven)
  return isGiven ? ACCEPT : BUSY
}

export function hearWant(machine: Machine, from: NodeId, digest: BlockDigest): Verdict {
  const block = machine.chain.get(digest)
  if (!block) return GONE
  const message: Message = { kind: 'block', block: block.bytes }
  return give(machine, from, message) ? ACCEPT : BUSY
}

export function hearFetch(
  machine: Machine,
  from: NodeId,
  digest: BlockDigest,
  offset: number,
): Verdict {
  const held = machine.snapshots.held()
  if (held?.claim.digest !== digest) return GONE
  if (offset >= held.bytes.byteLength) return { verdict: 'reject', code: 'OFFSET_INVALID' }
  const bytes = held.bytes.subarray(offset, offset + CHUNK_BYTES)
  const message: Message = { kind: 'chunk', digest, offset, bytes }
  if (give(machine, from, message)) return ACCEPT
  machine.peers.owePiece(from, { digest, offset })
  return BUSY
}

function answerTo(machine: Machine, status: Standpoint): Message[] | undefined {
  const { chain } = machine
  const { tip } = chain
  if (status.isEmpty) return machine.hasState ? offersTo(machine, status) : undefined
  if (status.height <= tip.height && isElsewhere(machine, status)) {
    // It has another final block than this node: one of both learns of the fork by the proof.
    return historyFrom(machine, status.height)
  }
  if (status.height < tip.height) {
    return historyFrom(machine, nextHeight(status.height)) ?? offersTo(machine, status)
  }
  if (status.height > tip.height || status.epoch !== epochOf(machine)) return undefined
  if (status.view >= machine.view && status.lacking >= status.view) return undefined
  const from = Math.max(status.lacking, nextView(tip.view)) as View
  const certificates = machine.views
    .from(from)
    .flatMap((state) => Object.values(state.certificates))
  if (certificates.length === 0) return undefined
  return [
    { kind: 'certificates', certificates: certificates.slice(0, CERTIFICATES_PER_MESSAGE_MAX) },
  ]
}

function isElsewhere({ chain }: Machine, { height, digest }: Standpoint): boolean {
  if (height === chain.tip.height) return digest !== chain.tip.digest
  const [at] = (height > 0 && chain.finalFrom(height, 1)) || []
  return at !== undefined && at.block.digest !== digest
}

/** As many as fit, up to one that has a certificate; if not even one such run fits, its last. */
export function historyFrom({ chain }: Machine, height: Height): Message[] | undefined {
  const final = height > 0 ? chain.finalFrom(height, BLOCKS_PER_MESSAGE_MAX) : undefined
  if (!final || final.length === 0) return undefined
  let bytes = 0
  let fitting = 0
  for (const [at, { block, certificate }] of final.entries()) {
    bytes += block.bytes.byteLength
    if (bytes > ANSWER_BYTES_MAX && fitting > 0) break
    if (certificate) fitting = at + 1
    if (bytes > ANSWER_BYTES_MAX) break
  }
  const certified = final.find(({ certificate }) => certificate)
  const run = fitting > 0 ? final.slice(0, fitting) : certified ? [certified] : []
  return run.length > 0 ? [{ kind: 'history', blocks: run.map(proven) }] : undefined
}

/** The way to the present committee, and the snapshots that this node vouches for. */
function offersTo(machine: Machine, { epoch }: Standpoint): Message[] | undefined {
  const claims = machine.snapshots.claims()
  if (claims.length === 0) return undefined
  const links: ProvenBlock[] = []
  let bytes = 0
  for (const link of machine.links) {
    if ((link.certificate?.epoch ?? 0) < epoch) continue
    bytes += provenBytes(link)
    if (links.length > 0 && bytes > ANSWER_BYTES_MAX) break
    links.push(link)
    if (links.length === LINKS_PER_MESSAGE_MAX) break
  }
  const offer: Message = { kind: 'offer', epoch: epochOf(machine), claims }
  return links.length > 0 ? [{ kind: 'links', blocks: links }, offer] : [offer]
}

function proven({ block, certificate }: FinalBlock): ProvenBlock {
  return { block: block.bytes, certificate }
}

/** What is in it, without the codec's few bytes about each part. */
function sizeOf(message: Message): number {
  switch (message.kind) {
    case 'history':
    case 'links':
      return sum(message.blocks.map(provenBytes))
    case 'certificates':
      return sum(message.certificates.map(certificateBytes))
    case 'block':
      return message.block.byteLength
    case 'chunk':
      return message.bytes.byteLength
    default:
      return 1_024
  }
}

function provenBytes({ block, certificate }: ProvenBlock): number {
  return block.byteLength + (certificate ? certificateBytes(certificate) : 0)
}

function certificateBytes({ signatures }: Certificate): number {
  return sum(signatures.map(({ key, signature }) => key.byteLength + signature.byteLength))
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, sizeBytes) => total + sizeBytes, 0)
}

function give(machine: Machine, to: NodeId, message: Message): boolean {
  if (!machine.peers.maySend(to, sizeOf(message), machine.ticks)) return false
  // A certificate in it may hold a vote of this node that is not on disk yet.
  machine.outbox.send([to], message)
  return true
}
