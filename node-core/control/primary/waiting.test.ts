/** Watchers that wait while others write. */
import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { untilChanged } from './waiting.ts'

const WAIT_MS = 20_000
const REMEMBERED = 16
/** More than is remembered. */
const WRITES = REMEMBERED + 1

/** Somebody watches `a/` of a store that remembers few changes, one for each revision. */
function setUp() {
  const clock = createSimClock()
  const listeners = new Set<() => void>()
  const written: string[] = []
  const deps = {
    clock,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const view = {
    watch(prefix: string, from: number) {
      const oldest = Math.max(1, written.length - REMEMBERED + 1)
      if (from < oldest) return { code: 'COMPACTED', oldest } as const
      const events = written
        .map((key, at) => ({ key, revision: at + 1, item: undefined }))
        .filter(({ key, revision }) => revision >= from && key.startsWith(prefix))
      return { events, next: Math.max(from, written.length + 1) }
    },
  }
  const question = { kind: 'changes', prefix: 'a/', from: 1, waitMs: WAIT_MS } as const
  return {
    clock,
    watched: untilChanged(deps, view, question),
    write(...keys: string[]) {
      for (const key of keys) {
        written.push(key)
        for (const listener of [...listeners]) listener()
      }
    },
  }
}
const elsewhere = Array.from({ length: WRITES }, () => 'b/other')

it('tells who watches a quiet prefix of its next change, however much was written elsewhere', async () => {
  const { watched, write } = setUp()
  write(...elsewhere, 'a/own')
  const revision = WRITES + 1
  const events = [{ revision, key: 'a/own', row: null }]
  expect(await watched).toEqual({ events, next: revision + 1 })
})

it('goes on from the present where nothing came of its own', async () => {
  const { watched, clock, write } = setUp()
  write(...elsewhere)
  clock.advance(WAIT_MS)
  expect(await watched).toEqual({ events: [], next: WRITES + 1 })
})
