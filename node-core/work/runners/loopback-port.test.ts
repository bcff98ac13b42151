import { expect, test } from 'vitest'
import { findLoopbackPort } from './index.ts'

test('a port of the node’s own is refused though it is free, and says whose it is', async () => {
  const free = await findLoopbackPort()
  const refused = await findLoopbackPort(free, new Set([free])).catch((error) => error)
  expect(refused).toMatchObject({ code: 'PORT_TAKEN', details: { port: free } })
  expect(refused.message).toContain('the node there needs itself')
  expect(await findLoopbackPort(free, new Set())).toBe(free)
})

test('what is given where none is wanted is never one of the node’s own', async () => {
  const passed: number[] = []
  const own = { has: (port: number) => passed.push(port) <= 3 }
  expect(await findLoopbackPort(undefined, own)).toBe(passed[3])
  expect(passed).toHaveLength(4)
})
