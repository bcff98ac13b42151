import { expect, it, vi } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createEngine } from './engine.ts'

const loaded = vi.hoisted(() => ({ times: 0 }))
vi.mock('dockerode', () => {
  loaded.times++
  return { default: class {} }
})

it('loads no client where no engine is, whatever is asked of it', async () => {
  const engine = createEngine(
    () => ({ kind: 'socket', path: '/nowhere/engine.sock' }),
    createSystemClock(),
  )
  const questions = [() => engine.ping(), () => engine.list([]), () => engine.volumes([])]
  for (const question of questions) {
    await expect(question()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  }
  expect(loaded.times).toBe(0)
})
