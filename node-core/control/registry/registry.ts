/** The reducer: entries of the log go in, in order; what became of each command comes out. */
import { assert, MyceliumError } from '../../base/errors/index.ts'
import { applyBatch } from './apply.ts'
import type { Registry, RegistryDeps, RegistryErrorCode } from './index.ts'
import { RELEASE } from './release.ts'
import { hashOf, readSnapshot, writeSnapshot } from './snapshot.ts'
import { createState } from './state.ts'
import { createView } from './view.ts'

export function createRegistry(deps: RegistryDeps): Registry {
  const { network, voters, release = RELEASE } = deps
  let state = createState(network, voters)
  /** The rules went past this release in the middle of an entry. */
  let overtaken = false

  function requireKnownRules(): void {
    if (overtaken) {
      throw new MyceliumError<RegistryErrorCode>(
        'UPGRADE_REQUIRED',
        'The network’s rules are newer than this release.',
      )
    }
  }

  return {
    get index() {
      return state.index
    },
    view: createView(() => state),
    apply(index, batches, changedVoters) {
      requireKnownRules()
      assert(index > state.index, 'Entries are applied once and in order.')
      state.index = index
      if (changedVoters) state.clock.setVoters(changedVoters)
      const outcomes = batches.map((batch) => {
        const applied = applyBatch(state, batch)
        overtaken ||= state.version > release.version
        requireKnownRules()
        return applied
      })
      return { outcomes, changes: state.takeChanges() }
    },
    snapshot() {
      requireKnownRules()
      return writeSnapshot(state)
    },
    restore(bytes) {
      state = readSnapshot(network, bytes, release.version)
      overtaken = false
    },
    hash: () => hashOf(state).toString('hex'),
  }
}
