import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isPortFree, pickFreePort } from './ports.ts'

let other: Server
let port: number

beforeEach(async () => {
  other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  port = (other.address() as AddressInfo).port
})
afterEach(() => void other.close())

it('finds a port free that was left, and leaves it free', async () => {
  await new Promise((resolve) => other.close(resolve))
  expect(await isPortFree(port)).toBe(true)
  expect(await isPortFree(port)).toBe(true)
})

it('picks a port that is free', async () => {
  const picked = await pickFreePort()
  expect(picked).not.toBe(port)
  expect(await isPortFree(picked)).toBe(true)
  expect(await isPortFree(port)).toBe(false)
})
