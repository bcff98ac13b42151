import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMemoryLogger } from '../node-core/base/log/index.ts'
import { choosePort } from './kept-port.ts'
import { readKeptPort, writeKeptPort } from './kept-port-file.ts'
import { API_PORT, EDGE_PORT } from './limits.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'mycelium-edge-port-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

it('is none of a home that had none, and then what it kept', () => {
  expect(readKeptPort(home, 'edge', EDGE_PORT)).toBeUndefined()
  writeKeptPort({ home, of: 'edge' }, { own: 40_001 }, createMemoryLogger())
  expect(readKeptPort(home, 'edge', EDGE_PORT)).toEqual({ own: 40_001 })
  expect(readKeptPort(home, 'api', API_PORT)).toBeUndefined()
})

it('is the expected one of a home in a network that kept none, though it is taken now', async () => {
  writeFileSync(path.join(home, 'genesis.cbor'), '')
  const taken = { isFree: async () => false, pickFree: async () => 40_001 }
  const { keep } = await choosePort(readKeptPort(home, 'edge', EDGE_PORT), EDGE_PORT, taken)
  expect(keep).toEqual({ own: EDGE_PORT, meanwhile: 40_001 })
})
