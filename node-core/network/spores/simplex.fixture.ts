/** Four voters of a network of Simplex that change their committee, as engines with real keys. */
import type { Random } from '../../base/random/index.ts'
import type { Members, ProposalId } from '../../control/consensus/index.ts'
import {
  createCommittee,
  createSimplexEngine,
  FIRST_EPOCH,
  type SimplexEngine,
} from '../../control/consensus/simplex/index.ts'
import { type FoundedNetwork, type KeyPair, nodeIdOf, verify } from '../../identity/index.ts'

const EVEN = { weight: 1, trust: 1 }

/** What leads from the genesis over these committees. `keys` are those of the founding voters. */
export function linksOver(
  network: FoundedNetwork,
  keys: readonly KeyPair[],
  changes: readonly Members[],
  random: Random,
): readonly Uint8Array[] {
  const voters = keys.map((key) => nodeIdOf(key.publicKey))
  const committee = createCommittee(FIRST_EPOCH, { voters, learners: [] }, () => EVEN)
  if (!committee) throw new Error('A committee.')
  const engines = keys.map((signer) =>
    createSimplexEngine(
      {
        ...{ self: nodeIdOf(signer.publicKey), signer, verify, random, committee },
        ...{ network: network.id, state: new Uint8Array() },
        ...{ standingOf: () => EVEN, mayChange: () => true },
      },
      [],
    ),
  )
  for (const [at, members] of changes.entries()) {
    const epoch = at + 1
    engines[0]?.changeMembers(`change ${at}` as ProposalId, members)
    for (let ticks = 0; engines.some((one) => one.status().epoch !== epoch); ticks++) {
      if (ticks > 200) throw new Error(`Epoch ${epoch} has not begun.`)
      passTick(engines)
    }
  }
  return engines[0]?.links(0) ?? []
}

function passTick(engines: readonly SimplexEngine[]): void {
  for (const engine of engines) engine.tick()
  for (let isQuiet = false; !isQuiet; ) {
    isQuiet = true
    for (const engine of engines) {
      const ready = engine.ready()
      if (!ready) continue
      isQuiet = false
      engine.advance()
      for (const { to, message } of [...ready.messagesNow, ...ready.messages]) {
        engines.find(({ self }) => self === to)?.step(engine.self, message)
      }
    }
  }
}
