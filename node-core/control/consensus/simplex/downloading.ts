/**
 * A snapshot on its way here, in pieces, from those who hold it. All of them hold the same bytes, which
 * a hash proves once they are whole: so when one holder is slow another is asked, what is here stays,
 * and what comes late counts as well. Where such a mixture turns out to be wrong, nobody knows by
 * whom; from then on this one is taken from one holder at a time, who is found out by it.
 */
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Verdict } from '../index.ts'
import { type Download, isSameClaim } from './catch-up.ts'
import { write } from './certifying.ts'
import { restore } from './compacting.ts'
import {
  CHUNK_BYTES,
  FETCH_TICKS_MAX,
  FETCH_TICKS_MIN,
  SNAPSHOT_BYTES_MAX,
  WANT_TICKS,
} from './limits.ts'
import { addLink, type Machine } from './machine.ts'
import type { Claim, Message } from './messages.ts'
import type { Epoch } from './numbering.ts'
import { isClaimed } from './snapshots.ts'
import { standpointOf } from './standpoint.ts'

const ACCEPT: Verdict = { verdict: 'accept' }
const OLD: Verdict = { verdict: 'ignore', code: 'OLD' }
const UNASKED: Verdict = { verdict: 'ignore', code: 'UNASKED' }
const MALFORMED: Verdict = { verdict: 'reject', code: 'MALFORMED' }

export function hearOffer(
  machine: Machine,
  from: NodeId,
  epoch: Epoch,
  claims: readonly Claim[],
): Verdict {
  const { catchUp } = machine
  catchUp.addOffer(from, epoch, claims)
  const { download } = catchUp
  const held = claims.at(-1)
  if (!download) startDownload(machine)
  // It has taken another since, and gives no more of this one: somebody else is asked at the next tick.
  else if (download.from === from && !(held && isSameClaim(held, download.claim))) {
    download.patienceTicks = 0
  }
  return ACCEPT
}

export function hearChunk(
  machine: Machine,
  from: NodeId,
  { digest, offset, bytes }: Extract<Message, { kind: 'chunk' }>,
): Verdict {
  const { catchUp } = machine
  const { download } = catchUp
  if (!download?.asked.has(from) || download.claim.digest !== digest) return UNASKED
  if (offset !== download.received) return UNASKED
  // One byte at a time would hold this node for ever. Another holder is asked at the next tick.
  if (bytes.byteLength !== Math.min(CHUNK_BYTES, download.bytes.byteLength - offset)) {
    download.asked.delete(from)
    catchUp.distrust(from)
    if (download.from === from) download.patienceTicks = 0
    return MALFORMED
  }
  download.bytes.set(bytes, offset)
  download.received += bytes.byteLength
  download.givers.add(from)
  if (download.received === download.bytes.byteLength) return finish(machine, from, download)
  const tookTicks = machine.ticks - download.pieceTick
  download.from = from
  download.patienceTicks = Math.min(
    FETCH_TICKS_MAX,
    Math.max(FETCH_TICKS_MIN, PIECES_PATIENCE * tookTicks),
  )
  download.pieceTick = machine.ticks
  download.silences = 0
  askForPiece(machine, download)
  return ACCEPT
}

/** Times that a piece may take longer than the one before. */
const PIECES_PATIENCE = 4

function finish(machine: Machine, from: NodeId, download: Download): Verdict {
  const { catchUp } = machine
  const { claim, bytes, givers } = download
  catchUp.download = undefined
  if (!isClaimed(bytes, claim.digest)) {
    if (givers.size > 1) {
      catchUp.spoiled = claim.digest
      return { verdict: 'ignore', code: 'SNAPSHOT_FORGED' }
    }
    catchUp.distrust(from)
    return { verdict: 'reject', code: 'SNAPSHOT_FORGED' }
  }
  if (machine.hasState && claim.index <= machine.delivered) return OLD
  const links = catchUp.links()
  for (const link of links) write(machine, { kind: 'link', link }, { sync: false })
  for (const link of links) addLink(machine, link)
  if (!restore(machine, bytes)) return MALFORMED
  machine.outbox.sendNow([from], { kind: 'status', ...standpointOf(machine) })
  return ACCEPT
}

/** Once per tick: another holder when one is silent for longer than a piece takes. */
export function pursueDownload(machine: Machine): void {
  const { catchUp, peers, ticks } = machine
  const { download } = catchUp
  if (!download) {
    startDownload(machine)
    return
  }
  const isAway = peers.isAbsent(download.from, ticks)
  if (ticks - download.askedTick < (isAway ? WANT_TICKS : download.patienceTicks)) return
  const chosen = choose(machine)
  // What was vouched for may be so again, by those who are heard next.
  if (!chosen) return
  if (!isSameClaim(chosen.claim, download.claim)) {
    begin(machine, chosen)
    return
  }
  if (!isAway) {
    const patienceTicks = Math.max(FETCH_TICKS_MIN, 2 * download.patienceTicks)
    download.patienceTicks = Math.min(FETCH_TICKS_MAX, patienceTicks)
  }
  download.silences++
  const others = chosen.holders.filter((node) => node !== download.from)
  const other = pick(machine, others.length > 0 ? others : chosen.holders)
  const isFromOne = catchUp.spoiled === download.claim.digest
  if (isFromOne && others.length > 0 && download.silences > SILENCES_MAX) {
    begin(machine, { ...chosen, holders: [other] })
    return
  }
  if (!isFromOne) download.from = other
  askForPiece(machine, download)
}

/** Of a holder that alone is asked, until it is given up with all that it gave. */
const SILENCES_MAX = 2

function startDownload(machine: Machine): void {
  const chosen = choose(machine)
  if (chosen) begin(machine, chosen)
}

interface Chosen {
  claim: Claim
  holders: readonly [NodeId, ...NodeId[]]
}

function choose({ catchUp, hasState, delivered }: Machine): Chosen | undefined {
  const chosen = catchUp.choose(hasState ? delivered : undefined)
  const [first, ...others] = chosen?.holders ?? []
  if (!chosen || first === undefined || chosen.claim.sizeBytes > SNAPSHOT_BYTES_MAX)
    return undefined
  return { claim: chosen.claim, holders: [first, ...others] }
}

function begin(machine: Machine, { claim, holders }: Chosen): void {
  const { catchUp, ticks } = machine
  const download: Download = {
    claim,
    bytes: new Uint8Array(claim.sizeBytes),
    received: 0,
    from: pick(machine, holders),
    asked: new Set(),
    givers: new Set(),
    pieceTick: ticks,
    askedTick: ticks,
    patienceTicks: FETCH_TICKS_MIN,
    silences: 0,
  }
  catchUp.download = download
  askForPiece(machine, download)
}

function pick({ config }: Machine, nodes: readonly NodeId[]): NodeId {
  const node = nodes[config.random.int(nodes.length)]
  assert(node !== undefined, 'A snapshot that is chosen has a holder.')
  return node
}

function askForPiece({ outbox, ticks }: Machine, download: Download): void {
  const { claim, from, received } = download
  download.asked.add(from)
  download.askedTick = ticks
  outbox.sendNow([from], { kind: 'fetch', digest: claim.digest, offset: received })
}
