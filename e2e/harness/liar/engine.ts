/**
 * In place of Simplex in a node that lies (`asLiar`): two engines with one key, each heard by a
 * part of the committee, and on top of it a vote for everything that it hears of.
 */
import { decode, encode } from '../../../node-core/base/codec/index.ts'
import type { NodeId } from '../../../node-core/base/net/index.ts'
import type { Outgoing, Ready } from '../../../node-core/control/consensus/index.ts'
import * as honest from '../../../node-core/control/consensus/simplex/index.ts'
import { signedBytes } from '../../../node-core/identity/index.ts'

export * from '../../../node-core/control/consensus/simplex/index.ts'

type Config = honest.SimplexConfig
type PlainVote = [string, epoch: number, view: number, digest: Uint8Array | null, ...unknown[]]

export function createSimplexEngine(
  config: Config,
  records: readonly Uint8Array[],
): honest.SimplexEngine {
  const left = honest.createSimplexEngine(config, records)
  const right = honest.createSimplexEngine(config, records)
  let lies: Outgoing[] = []
  let taken: honest.SimplexEngine[] = []

  const peers = (): NodeId[] => left.status().members.voters.filter((node) => node !== config.self)
  /** The last of the others hears the second engine, once there is a committee to divide. */
  const isRight = (peer: NodeId): boolean => peers().length > 2 && peers().at(-1) === peer

  function lieAbout(message: Uint8Array): void {
    const wire = decode(message) as [1, string, unknown, PlainVote]
    if (wire[1] !== 'propose' || peers().length < 3) return
    const [, epoch, view, digest] = wire[3]
    for (const kind of ['notarise', 'nullify', 'finalise']) {
      const vote = signed([kind, epoch, view, kind === 'nullify' ? null : digest])
      for (const to of peers()) lies.push({ to, message: encode([1, 'vote', vote]) })
    }
  }

  function signed(ballot: unknown[]): unknown[] {
    const bytes = signedBytes('consensus', config.network, encode([1, ...ballot] as never))
    return [...ballot, config.signer.publicKey, config.signer.sign(bytes)]
  }

  return {
    ...left,
    tick() {
      left.tick()
      right.tick()
    },
    step(from, message) {
      lieAbout(message)
      return (isRight(from) ? right : left).step(from, message)
    },
    ready() {
      const [one, other] = [left.ready(), right.ready()]
      taken = [...(one ? [left] : []), ...(other ? [right] : [])]
      if (!one && !other && lies.length === 0) return undefined
      const said = (what: 'messages' | 'messagesNow'): Outgoing[] => [
        ...(one?.[what] ?? []).filter(({ to }) => !isRight(to)),
        ...(other?.[what] ?? []).filter(({ to }) => isRight(to)),
      ]
      const messagesNow = [...lies, ...said('messagesNow')]
      lies = []
      return { ...(one ?? NOTHING), messagesNow, messages: said('messages') }
    },
    advance() {
      for (const engine of taken) engine.advance()
    },
  }
}

const NOTHING: Ready = {
  ...{ messagesNow: [], records: [], mustSync: false, messages: [] },
  ...{ snapshot: undefined, committed: [], reads: [], fates: [] },
}
