import { expect, test, vi } from 'vitest'
import { createSimClock } from './base/clock/index.ts'
import { createMemoryLogger } from './base/log/index.ts'
import { parseNodeId } from './base/net/index.ts'
import { leaveRegistry } from './leaving.ts'

const [SELF, OTHER] = ['1', '2'].map((digit) => parseNodeId(digit.repeat(64)))

function given(inForce: () => boolean, options?: { waits: boolean }) {
  const clock = createSimClock()
  const leave = vi.fn(async () => {})
  const primary = {
    status: () => ({ committee: { voters: [OTHER] }, inForce: inForce() }),
    view: () => undefined,
    leave,
  }
  const side = {
    mesh: { self: SELF, connected: () => [OTHER] },
    membership: { list: () => [{ id: OTHER }] },
    isRemoved: () => false,
  }
  const deps = { clock, logger: createMemoryLogger() }
  const leaving = leaveRegistry(
    { primary } as unknown as Parameters<typeof leaveRegistry>[0],
    side as unknown as Parameters<typeof leaveRegistry>[1],
    deps,
    options,
  )
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      await new Promise(setImmediate)
    }
  }
  return { leave, leaving, pass }
}

test('who has just handed the registry over waits until it hears of those who keep it', async () => {
  let inForce = false
  const { leave, leaving, pass } = given(() => inForce)
  await pass(1_000)
  expect(leave).not.toHaveBeenCalled()
  inForce = true
  await pass(200)
  expect(await leaving).toBeUndefined()
  expect(leave).toHaveBeenCalledOnce()
})

test('where no majority comes into reach, what stays is said', async () => {
  const { leave, leaving, pass } = given(() => false)
  await pass(6_000)
  expect(await leaving).toMatchObject({ code: 'STILL_REGISTERED' })
  expect(leave).not.toHaveBeenCalled()
})

test('where it was just found that there is no majority, none is waited for', async () => {
  const { leave, leaving } = given(() => false, { waits: false })
  expect(await leaving).toMatchObject({ code: 'STILL_REGISTERED' })
  expect(leave).not.toHaveBeenCalled()
})
