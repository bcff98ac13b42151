/** Carries out what one engine wants, effect by effect, until it is at rest, waits, or is dead. */
import type { Engine } from '../../node-core/control/consensus/index.ts'
import { type Effect, type EffectDoors, perform } from './effects.ts'

export type Death = 'kill' | 'powerLoss'

export interface Runner {
  /** Something was put into the engine. */
  run(): void
  /** Whether a `Ready` is under way. */
  busy(): boolean
  /** Before the `effects`-th effect from now, of that kind if one is named. */
  dieAtEffect(effects: number, how: Death, kind?: Effect): void
  end(): void
}

export interface RunnerDeps {
  engine: Engine
  doors: EffectDoors
  /** Calls back once the disk is done, or never. */
  waitForDisk(done: () => void): void
  /** The process ends here. */
  die(how: Death, why: string): void
  /** After each `Ready`. */
  onDone(): void
  /** Nothing more is to be done. */
  onRest(): void
}

/** An engine that has more to do without any time passing never rests. */
const EFFECTS_AT_REST_MAX = 20_000

export function createRunner(deps: RunnerDeps): Runner {
  const { engine, doors } = deps
  let doing: ReturnType<typeof perform> | undefined
  let waitsForDisk = false
  let ended = false
  let deadly: { effects: number; how: Death; kind: Effect | undefined } | undefined

  function run() {
    for (let effects = 0; !ended && !waitsForDisk; effects++) {
      if (effects > EFFECTS_AT_REST_MAX) throw new Error(`${engine.self} is never at rest`)
      if (!doing) {
        const ready = engine.ready()
        if (!ready) return deps.onRest()
        doing = perform(engine, ready, doors)
      }
      const next = doing.next()
      if (ended) return
      if (!next.done) {
        if (diesBefore(next.value)) return
        if (next.value === 'sync') return wait()
      } else if (next.value === 'goesOn') {
        doing = undefined
        deps.onDone()
      } else {
        return deps.die(next.value === 'syncFailed' ? 'powerLoss' : 'kill', next.value)
      }
    }
  }

  function diesBefore(effect: Effect): boolean {
    if (!deadly || (deadly.kind ?? effect) !== effect) return false
    deadly.effects -= 1
    if (deadly.effects > 0) return false
    deps.die(deadly.how, `before:${effect}`)
    return true
  }

  function wait(): void {
    waitsForDisk = true
    deps.waitForDisk(() => {
      waitsForDisk = false
      run()
    })
  }

  return {
    run,
    busy: () => doing !== undefined,
    dieAtEffect(effects, how, kind) {
      deadly = { effects, how, kind }
    },
    end() {
      ended = true
    },
  }
}
