/**
 * Ways in which a voter lies, whatever it is part of: an engine alone, or a whole node. Each lies with
 * its own key and whatever it hears; none can sign for others.
 */
import { createHash } from 'node:crypto'
import { encode } from '../../../node-core/base/codec/index.ts'
import type { NodeId } from '../../../node-core/base/net/index.ts'
import type { Random } from '../../../node-core/base/random/index.ts'
import type { Outgoing } from '../../../node-core/control/consensus/index.ts'
import { type Block, parseBlock } from '../../../node-core/control/consensus/simplex/index.ts'
import { type Kind, type PlainBallot, type PlainItem, type PlainVote, readMessage } from './wire.ts'

/** What a liar makes of what an honest engine in its place would say. */
export interface Lie {
  /** In place of that message. */
  say?: (outgoing: Outgoing) => Outgoing[]
  /** Besides, on hearing that message. */
  hear?: (message: Uint8Array) => Outgoing[]
  /** Besides, as time goes. */
  tick?: () => Outgoing[]
}

/** What it has to lie with. */
export interface Voice {
  random: Random
  /** All other machines. */
  peers: readonly NodeId[]
  /** Signs with its own key. */
  vote(...ballot: PlainBallot): PlainVote
}

type CreateLie = (voice: Voice) => Lie

const LIE_RATE = 0.5
const HEARD_MAX = 200
const LAG_TICKS_MAX = 30

const digestOf = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

/** For every block it hears of, every vote there is, to half of its peers each. */
const doubler: CreateLie = ({ random, peers, vote }) => ({
  hear(message) {
    const wire = readMessage(message)
    if (wire[1] !== 'propose') return []
    const [, epoch, view, digest] = wire[3]
    const kinds: Kind[] = ['notarise', 'nullify', 'finalise']
    return kinds.flatMap((kind) => {
      const ballot = vote(kind, epoch, view, kind === 'nullify' ? null : digest)
      const message = encode([1, 'vote', ballot])
      return peers.filter(() => random.float() < 0.5).map((to) => ({ to, message }))
    })
  },
})

const withholder: CreateLie = ({ random }) => ({
  say: (outgoing) => (random.float() < LIE_RATE ? [] : [outgoing]),
})

const replayer: CreateLie = ({ random }) => {
  const heard: Uint8Array[] = []
  return {
    hear(message) {
      if (heard.length < HEARD_MAX) heard.push(message)
      else heard[random.int(HEARD_MAX)] = message
      return []
    },
    say(outgoing) {
      const old = heard[random.int(Math.max(1, heard.length))]
      return old ? [outgoing, { ...outgoing, message: old }] : [outgoing]
    },
  }
}

/** Signs badly, says what is no message, and votes in others' names. */
const forger: CreateLie = ({ random, peers }) => {
  // Once in each: two forgers would go on answering each other.
  let lastView = 0
  return {
    say({ to, message }) {
      const forged = Uint8Array.from(message)
      forged[random.int(forged.byteLength)] = random.int(256)
      return [message, forged].map((each) => ({ to, message: each }))
    },
    hear(message) {
      const wire = readMessage(message)
      if (wire[1] !== 'vote' || wire[2][2] <= lastView) return []
      const [, epoch, view, , key] = wire[2]
      lastView = view
      const vote = ['nullify', epoch, view, null, key, random.bytes(64)] as const
      return peers.map((to) => ({ to, message: encode([1, 'vote', [...vote]]) }))
    },
  }
}

const laggard: CreateLie = ({ random }) => {
  let now = 0
  let late: (Outgoing & { due: number })[] = []
  return {
    say(outgoing) {
      late.push({ ...outgoing, due: now + random.int(LAG_TICKS_MAX) })
      return []
    },
    tick() {
      now += 1
      const due = late.filter((held) => held.due <= now)
      late = late.filter((held) => held.due > now)
      return due
    },
  }
}

/** Puts its own words under the nonces of others, and makes them known before theirs. */
const thief: CreateLie = ({ peers }) => {
  // Two thieves would go on stealing from each other.
  const known = new Set<string>()
  const isNew = ([nonce]: PlainItem): boolean => {
    const name = Buffer.from(nonce).toString('hex')
    if (known.has(name)) return false
    known.add(name)
    return true
  }
  return {
    hear(message) {
      const wire = readMessage(message)
      const heard = wire[1] === 'items' ? wire[2].filter(isNew) : []
      if (heard.length === 0) return []
      const items = heard.map(([nonce]) => [nonce, Buffer.from('stolen')])
      return peers.map((to) => ({ to, message: encode([1, 'items', items]) }))
    },
  }
}

/** As a leader it passes over the block that was notarised last, as if its view had been nullified. */
const forker: CreateLie = ({ vote }) => {
  const blocks = new Map<string, Block>()
  const remember = (bytes: Uint8Array): Block | undefined => {
    const block = parseBlock(bytes)
    if (block) blocks.set(block.digest, block)
    return block
  }
  return {
    hear(message) {
      const wire = readMessage(message)
      if (wire[1] === 'propose') remember(wire[2])
      return []
    },
    say(outgoing) {
      const wire = readMessage(outgoing.message)
      if (wire[1] !== 'propose') return [outgoing]
      const own = remember(wire[2])
      const parent = own && blocks.get(own.parent)
      if (!parent) return [outgoing]
      const { epoch, view, items } = own
      const plain = items.map(({ nonce, payload }) => [Buffer.from(nonce, 'hex'), payload])
      const place = [parent.height, Buffer.from(parent.parent, 'hex'), parent.index]
      const block = encode([1, epoch, view, ...place, plain, null])
      const ballot = vote('notarise', epoch, view, digestOf(block))
      return [{ to: outgoing.to, message: encode([1, 'propose', block, ballot, wire[4]]) }]
    },
  }
}

export const SIMPLEX_LIES = {
  doubler,
  withholder,
  replayer,
  forger,
  laggard,
  thief,
  forker,
}
export type SimplexLie = keyof typeof SIMPLEX_LIES
