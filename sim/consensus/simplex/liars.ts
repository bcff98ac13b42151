/** Voters that lie, each with its own key and whatever it hears; none can sign for others. */
import { createHash } from 'node:crypto'
import { encode } from '../../../node-core/base/codec/index.ts'
import type { NodeId } from '../../../node-core/base/net/index.ts'
import { createSeededRandom } from '../../../node-core/base/random/index.ts'
import type { Engine, Outgoing, Ready } from '../../../node-core/control/consensus/index.ts'
import {
  type Block,
  createSimplexEngine,
  parseBlock,
} from '../../../node-core/control/consensus/simplex/index.ts'
import type { EngineSetup, Liar, LiarSetup } from '../engine-kind.ts'
import { configOf } from './config.ts'
import { type Kind, type PlainItem, readMessage, signVote } from './wire.ts'

const LIE_RATE = 0.5
const HEARD_MAX = 200
const LAG_TICKS_MAX = 30

/** What a liar makes of what an honest engine in its place would say. */
interface Lie {
  /** In place of that message. */
  say?: (outgoing: Outgoing) => Outgoing[]
  /** Besides, on hearing that message. */
  hear?: (message: Uint8Array) => Outgoing[]
  /** Besides, as time goes. */
  tick?: () => Outgoing[]
}

function liar(createLie: (setup: EngineSetup, liar: LiarSetup) => Lie): Liar {
  return (setup, liarSetup) => {
    const engine = createSimplexEngine(configOf(setup), liarSetup.records)
    const { say = (outgoing) => [outgoing], hear, tick } = createLie(setup, liarSetup)
    let extra: Outgoing[] = []
    let taken: Ready | undefined
    return {
      ...engine,
      step(from, message) {
        const verdict = engine.step(from, message)
        // What another liar sent may be no message at all.
        if (verdict.verdict !== 'reject') extra.push(...(hear?.(message) ?? []))
        return verdict
      },
      tick() {
        extra.push(...(tick?.() ?? []))
        engine.tick()
      },
      ready() {
        taken = engine.ready()
        if (!taken && extra.length === 0) return undefined
        const messagesNow = [...extra, ...(taken?.messagesNow ?? []).flatMap(say)]
        extra = []
        return { ...(taken ?? NOTHING), messagesNow, messages: taken?.messages.flatMap(say) ?? [] }
      },
      advance: () => taken && engine.advance(),
    }
  }
}

const digestOf = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

const NOTHING: Ready = {
  ...{ messagesNow: [], records: [], mustSync: false, messages: [] },
  ...{ snapshot: undefined, committed: [], reads: [], fates: [] },
}

/** For every block it hears of, every vote there is, to half of its peers each. */
const doubler = liar(({ self, random }, { peers }) => ({
  hear(message) {
    const wire = readMessage(message)
    if (wire[1] !== 'propose') return []
    const [, epoch, view, digest] = wire[3]
    const kinds: Kind[] = ['notarise', 'nullify', 'finalise']
    return kinds.flatMap((kind) => {
      const vote = signVote(self, kind, epoch, view, kind === 'nullify' ? null : digest)
      const message = encode([1, 'vote', vote])
      return peers.filter(() => random.float() < 0.5).map((to) => ({ to, message }))
    })
  },
}))

const withholder = liar(({ random }) => ({
  say: (outgoing) => (random.float() < LIE_RATE ? [] : [outgoing]),
}))

const replayer = liar(({ random }) => {
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
})

/** Signs badly, says what is no message, and votes in others' names. */
const forger = liar(({ random }, { peers }) => {
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
})

const laggard = liar(({ random }) => {
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
})

/** Puts its own words under the nonces of others, and makes them known before theirs. */
const thief = liar((_setup, { peers }) => {
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
})

/** As a leader it passes over the block that was notarised last, as if its view had been nullified. */
const forker = liar(({ self }) => {
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
      const vote = signVote(self, 'notarise', epoch, view, digestOf(block))
      return [{ to: outgoing.to, message: encode([1, 'propose', block, vote, wire[4]]) }]
    },
  }
})

/** Two nodes with one key, each heard by one half of the honest: two blocks for one view. */
const twins: Liar = (setup, { peers, liars }) => {
  const twin = (): Engine => {
    const random = createSeededRandom(setup.random.int(2 ** 31))
    return createSimplexEngine(configOf({ ...setup, random }), [])
  }
  const [left, right] = [twin(), twin()]
  const honest = peers.filter((peer) => !liars.has(peer))
  const isLeft = (peer: NodeId): boolean => honest.indexOf(peer) % 2 === 0
  const isRight = (peer: NodeId): boolean => !honest.includes(peer) || !isLeft(peer)
  const both = [left, right]
  let taken: Engine[] = []
  return {
    ...left,
    tick() {
      for (const each of both) each.tick()
    },
    step: (from, message) => (isRight(from) ? right : left).step(from, message),
    propose(id, payload) {
      for (const each of both) each.propose(id, payload)
    },
    ready() {
      const [one, other] = [left.ready(), right.ready()]
      taken = [...(one ? [left] : []), ...(other ? [right] : [])]
      if (!one && !other) return undefined
      const say = (what: 'messages' | 'messagesNow'): Outgoing[] => [
        ...(one?.[what] ?? []).filter(({ to }) => isLeft(to)),
        ...(other?.[what] ?? []).filter(({ to }) => isRight(to)),
      ]
      return { ...NOTHING, messagesNow: say('messagesNow'), messages: say('messages') }
    },
    advance() {
      for (const each of taken) each.advance()
    },
  }
}

export const SIMPLEX_LIARS = {
  twins,
  doubler,
  withholder,
  replayer,
  forger,
  laggard,
  thief,
  forker,
}
