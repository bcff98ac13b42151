/**
 * A part of `npm run screens`: screens that no other run opens, at 200 %, in both themes and in the
 * language of long, strange words. Nothing may be cut, scroll sideways, stay untranslated, or stand
 * in somebody's way.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { lookAt } from '../renderer/testing/looking/look.ts'
import { runSeveral } from '../renderer/testing/looking/several.ts'
import { SHOTS } from '../renderer/testing/shots/index.ts'
import { browserUnavailable, openBrowser } from './harness/window.ts'

const SCREENS = [
  'network-registry-waits',
  'workload-change-files',
  'workload-copies',
  'workload-data',
  'workload-can-come-back',
  'computer-leave',
]

const windowFolder = path.resolve(import.meta.dirname, '../out/renderer')
const missing = browserUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

describe(`screens at 200 %${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  it('keep everything in sight and in reach', { skip: Boolean(missing) }, async () => {
    await using browser = await openBrowser()
    const looking = { browser, windowFolder, themes: ['dark', 'light'] as const, pseudo: true }
    const jobs = SHOTS.filter(({ name }) => SCREENS.includes(name)).map((shot) => ({
      name: shot.name,
      run: () => lookAt(looking, shot, ['zoomed']),
    }))
    assert.equal(jobs.length, SCREENS.length)
    const { failures, missed } = await runSeveral(jobs, { atOnce: 3, withinMs: 120_000 })
    assert.deepEqual([...failures, ...missed], [])
  })
})
