/** Simplex for the simulator. */
import { createSimplexEngine } from '../../../node-core/control/consensus/simplex/index.ts'
import type { EngineKind } from '../engine-kind.ts'
import { configOf } from './config.ts'
import { SIMPLEX_LIARS } from './liars.ts'
import { idOf } from './signing.ts'
import { watchSimplex } from './watch.ts'

/** `simplex` is the module itself, or a copy of it with a fault. */
export function simplexKind(simplex = { createSimplexEngine }): EngineKind {
  return {
    name: 'simplex',
    foundedAt: 0,
    electsLeaders: false,
    replacesAll: false,
    repeats: true,
    idOf,
    watch: watchSimplex,
    liars: SIMPLEX_LIARS,
    create: (setup, records) => simplex.createSimplexEngine(configOf(setup), records),
  }
}
