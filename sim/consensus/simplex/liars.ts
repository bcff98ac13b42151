/** Voters that lie, in the engine's place. */
import type { NodeId } from '../../../node-core/base/net/index.ts'
import { createSeededRandom } from '../../../node-core/base/random/index.ts'
import type { Engine, Outgoing, Ready } from '../../../node-core/control/consensus/index.ts'
import { createSimplexEngine } from '../../../node-core/control/consensus/simplex/index.ts'
import type { Liar } from '../engine-kind.ts'
import { configOf } from './config.ts'
import { type Lie, SIMPLEX_LIES, type Voice } from './lies.ts'
import { NETWORK, signerOf } from './signing.ts'
import { signVote } from './wire.ts'

function liar(createLie: (voice: Voice) => Lie): Liar {
  return (setup, { records, peers }) => {
    const engine = createSimplexEngine(configOf(setup), records)
    const {
      say = (outgoing) => [outgoing],
      hear,
      tick,
    } = createLie({
      ...{ random: setup.random, peers },
      vote: (...ballot) => signVote(signerOf(setup.self), NETWORK, ballot),
    })
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

const NOTHING: Ready = {
  ...{ messagesNow: [], records: [], mustSync: false, messages: [] },
  ...{ snapshot: undefined, committed: [], reads: [], fates: [] },
}

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

const engineLiars = Object.entries(SIMPLEX_LIES).map(
  ([way, create]) => [way, liar(create)] as const,
)

export const SIMPLEX_LIARS: Readonly<Record<string, Liar>> = {
  twins,
  ...Object.fromEntries(engineLiars),
}
