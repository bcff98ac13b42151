/**
 * What must hold of Simplex besides: honest nodes say of each view one thing only, over restarts too, and
 * nothing that is not on their disk; what they take for a certificate is one; no two blocks of one height
 * are final; whoever is caught is told of; and as many liars as may be are no reason to give up.
 */
import type { Engine } from '../../../node-core/control/consensus/index.ts'
import {
  type Block,
  type Certificate,
  type Committee,
  createCommittee,
  type Epoch,
  parseEvidence,
  type SimplexEngine,
  verifyCertificate,
} from '../../../node-core/control/consensus/simplex/index.ts'
import { nodeIdOf } from '../../../node-core/identity/index.ts'
import type { Watch, WatchOptions } from '../engine-kind.ts'
import { EVEN } from './config.ts'
import { NETWORK, verify } from './signing.ts'
import { type PlainVote, readRecord, voteIn } from './wire.ts'

type Fail = WatchOptions['fail']

export function watchSimplex({ genesis, fail }: WatchOptions): Watch {
  const votes = createVotes(fail)
  const certificates = createCertificates(
    createCommittee(0 as Epoch, genesis, () => EVEN),
    fail,
  )
  let said: Uint8Array | undefined
  return {
    sawStart(machine, records) {
      votes.begins(machine)
      for (const { vote } of records.map(readRecord)) if (vote) votes.wrote(machine, vote)
    },
    sawRecords(machine, records) {
      for (const { vote, block, certificate } of records.map(readRecord)) {
        if (vote) votes.wrote(machine, vote)
        if (block) certificates.sawBlock(block)
        if (certificate) certificates.took(machine, certificate)
      }
    },
    sawMessage(machine, message) {
      // The same bytes go to everybody.
      if (message === said) return
      said = message
      const vote = voteIn(message)
      if (vote) votes.said(machine, vote)
    },
    sawStep(life, { engine, message, verdict }) {
      if (!isSimplex(engine)) return
      if (engine.guarantee() === 'void') fail(`${life} promises nothing any more`)
      if (verdict.verdict !== 'ignore' || verdict.code !== 'EQUIVOCATION') return
      const author = nodeIdOf(voteIn(message)?.[4] ?? new Uint8Array())
      const caught = engine.evidence().map((proof) => parseEvidence(proof)?.first.author)
      if (!caught.includes(author)) fail(`${life} caught ${author} and tells nobody`)
    },
  }
}

const isSimplex = (engine: Engine): engine is SimplexEngine => 'evidence' in engine

function createVotes(fail: Fail) {
  const written = new Map<string, Set<string>>()
  const told = new Map<string, string>()
  const nameOf = ([kind, epoch, view, digest]: PlainVote): string =>
    `${kind} ${Buffer.from(digest ?? []).toString('hex')} in view ${view} of epoch ${epoch}`
  const contradicts = (machine: string, vote: PlainVote, kind: PlainVote[0]): boolean => {
    const known = told.get(`${machine} ${kind} ${vote[1]} ${vote[2]}`)
    return known !== undefined && known !== nameOf(vote)
  }
  return {
    begins: (machine: string) => void written.set(machine, new Set()),
    wrote: (machine: string, vote: PlainVote) => void written.get(machine)?.add(nameOf(vote)),
    said(machine: string, vote: PlainVote): void {
      const [kind, epoch, view] = vote
      if (!written.get(machine)?.has(nameOf(vote))) {
        fail(`${machine} says ${nameOf(vote)}, which is not on its disk`)
      }
      const others = { notarise: [], nullify: ['finalise'], finalise: ['nullify'] } as const
      for (const other of [kind, ...others[kind]]) {
        if (contradicts(machine, vote, other)) fail(`${machine} says two things: ${nameOf(vote)}`)
      }
      told.set(`${machine} ${kind} ${epoch} ${view}`, nameOf(vote))
    },
  }
}

function createCertificates(genesis: Committee | undefined, fail: Fail) {
  /** That may follow; which one did, the certificates of the epoch before say. */
  const committees = new Map<number, Committee[]>([[0, genesis ? [genesis] : []]])
  const blocks = new Map<string, Block>()
  const finals = new Map<number, string>()
  /** Finalised, and not all of what is below is known yet. */
  const open = new Set<string>()
  const checked = new Set<string>()

  /** Down to what is known to be final. */
  function settle(digest: string): void {
    let block = blocks.get(digest)
    while (block) {
      const known = finals.get(block.height) ?? block.digest
      if (known !== block.digest) fail(`two blocks of height ${block.height} are final`)
      if (finals.has(block.height)) return void open.delete(digest)
      finals.set(block.height, block.digest)
      if (block.height === 1) return void open.delete(digest)
      block = blocks.get(block.parent)
    }
  }

  return {
    sawBlock(block: Block): void {
      if (blocks.has(block.digest)) return
      blocks.set(block.digest, block)
      const committee = block.change?.committee
      if (committee) {
        const { epoch } = committee
        committees.set(epoch, [...(committees.get(epoch) ?? []), committee])
      }
      if (open.has(block.digest)) settle(block.digest)
    },
    took(machine: string, certificate: Certificate): void {
      const { kind, epoch, view, digest, signatures } = certificate
      const by = signatures.map(({ author }) => author).join()
      const name = `${kind} ${digest} ${epoch} ${view} ${by}`
      if (checked.has(name)) return
      checked.add(name)
      const scheme = { network: NETWORK, verify }
      const isSound = committees.get(epoch)?.some((committee) => {
        return verifyCertificate(scheme, committee, certificate)
      })
      if (!isSound) fail(`${machine} takes for a certificate what is none: ${kind} of view ${view}`)
      if (kind !== 'finalise' || !digest) return
      open.add(digest)
      settle(digest)
    },
  }
}
