/** The reducer: entries of the log go in, in order; what became of each command comes out. */
import { assert, MyceliumError } from '../../base/errors/index.ts'
import { applyBatch } from './apply.ts'
import type { Registry, RegistryDeps, RegistryErrorCode } from './index.ts'
import { ERA_REVISIONS, MANDATE_REVISIONS, SEQUENCE_MAX } from './limits.ts'
import { RELEASE } from './release.ts'
import { countEpoch } from './seat-rules.ts'
import { beginEpoch, seatFounders } from './seats.ts'
import { hashOf, readSnapshot, writeSnapshot } from './snapshot.ts'
import { createState, type State } from './state.ts'
import { createView } from './view.ts'

export function createRegistry(deps: RegistryDeps): Registry {
  const { network, voters, release = RELEASE } = deps
  let state = foundingState()
  /** The rules went past this release in the middle of an entry. */
  let overtaken = false

  /** What Simplex needs came with the second version of the rules, and with it its first networks. */
  function foundingState(): State {
    const founded = createState(network, voters)
    if (network.genesis.voters.length > 0) founded.version = 2
    seatFounders(founded, network.genesis.voters)
    founded.takeChanges()
    return founded
  }

  function requireKnownRules(): void {
    if (overtaken) {
      throw new MyceliumError<RegistryErrorCode>(
        'UPGRADE_REQUIRED',
        'The network’s rules are newer than this release.',
      )
    }
  }

  function snapshotSteps(): Generator<void, Uint8Array> {
    requireKnownRules()
    return writeSnapshot(state)
  }

  function* restoreSteps(bytes: Uint8Array): Generator<void, void> {
    state = yield* readSnapshot(network, bytes, release.version)
    overtaken = false
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
      if (changedVoters) {
        state.clock.setVoters(changedVoters)
        countEpoch(state)
      }
      const outcomes = batches.map((batch) => {
        const applied = applyBatch(state, batch)
        overtaken ||= state.version > release.version
        requireKnownRules()
        return applied
      })
      return { outcomes, changes: state.takeChanges() }
    },
    beginEra(index, { voter, hash, epoch }) {
      requireKnownRules()
      assert(index > state.index, 'An era begins after the one before it.')
      state.index = index
      state.clock.setVoters([voter])
      if (epoch !== undefined) beginEpoch(state, epoch, voter)
      state.keys.setRevision(revisionAfter(state.keys.revision, hash))
      state.takeChanges()
    },
    snapshot: () => atOnce(snapshotSteps()),
    snapshotSteps,
    restore: (bytes) => atOnce(restoreSteps(bytes)),
    restoreSteps,
    *checkSteps(bytes) {
      yield* readSnapshot(network, bytes, release.version)
    },
    hash: () => hashOf(state).toString('hex'),
  }
}

/**
 * Above all that may have been counted in the era before, and, of two mandates of one era, higher for the
 * one that stands, which is the one with the lower hash: no revision and no token of a lock is given
 * twice. Who watches is told that it has missed something. Only whoever founds the log counts it.
 */
export function revisionAfter(revision: number, hash: string): number {
  const rank = 255 - Number.parseInt(hash.slice(0, 2), 16)
  const ahead = ERA_REVISIONS + rank * MANDATE_REVISIONS
  return revision + Math.min(ahead, Math.floor((SEQUENCE_MAX - revision) / 2))
}

function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
