/**
 * How far copies have come, compared before one of them overrules a committee (docs/adr/0016). Raft's
 * members are believed. Under Simplex one may lie, so what somebody says of itself counts where it
 * shows the votes of a quorum for it.
 */
import type { Plain } from '../../base/codec/index.ts'
import { type NetworkId, verify } from '../../identity/index.ts'
import {
  type ChainEnd,
  type Committee,
  type Epoch,
  encodeCertificate,
  followLinks,
  parseCertificate,
  verifyCertificate,
} from '../consensus/simplex/index.ts'
import type { LogName } from './log-name.ts'
import type { Position } from './messages.ts'
import type { SetAside } from './set-aside.ts'

export type Compared =
  | 'later'
  | 'not-later'
  /** It says so, and does not show it. */
  | 'unproven'

export function toldPosition(
  log: LogName,
  { last = 0, lastTerm = 0 }: { last?: number; lastTerm?: number },
  end?: ChainEnd,
): { [name: string]: Plain } {
  if (!end) return { last, term: lastTerm, log }
  const { index, view, certificate } = end
  const proof = certificate && { certificate: encodeCertificate(certificate) }
  return { last: index, term: view, log, ...proof }
}

/** Of a log that is not in use: what its node promised later is not in it. */
export function setAsidePosition(log: LogName, aside: SetAside): Plain {
  return { ...toldPosition(log, aside, aside.end), forgets: true }
}

/** Raft §5.4.1: by the term of the last entry, then by its place. */
export function compareLogs(here: Pick<Position, 'last' | 'term'>, there: Position): Compared {
  const isLater = there.term > here.term || (there.term === here.term && there.last > here.last)
  return isLater ? 'later' : 'not-later'
}

/** `linksFrom` asks the other one for what leads to later committees. */
export async function compareChains(
  network: NetworkId,
  copy: { committeeOf(epoch: Epoch): Committee | undefined },
  here: ChainEnd,
  there: Position,
  linksFrom: (epoch: number) => Promise<readonly Uint8Array[]>,
): Promise<Compared> {
  const certificate = there.certificate && parseCertificate(there.certificate)
  if (!certificate || certificate.kind === 'nullify') {
    return there.last > here.index ? 'unproven' : 'not-later'
  }
  const { epoch, view } = certificate
  const isLater = epoch > here.epoch || (epoch === here.epoch && view > here.view)
  if (!isLater) return 'not-later'
  const scheme = { network, verify }
  const known = copy.committeeOf(epoch) ?? copy.committeeOf(here.epoch)
  const committee = known && (await committeeAt(scheme, known, epoch, linksFrom))
  const isProven = committee !== undefined && verifyCertificate(scheme, committee, certificate)
  return isProven ? 'later' : 'unproven'
}

async function committeeAt(
  scheme: Parameters<typeof followLinks>[0],
  known: Committee,
  epoch: number,
  linksFrom: (epoch: number) => Promise<readonly Uint8Array[]>,
): Promise<Committee | undefined> {
  if (known.epoch === epoch) return known
  const reached = followLinks(scheme, known, await linksFrom(known.epoch))
  return reached.epoch === epoch ? reached : undefined
}
