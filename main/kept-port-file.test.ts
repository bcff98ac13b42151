import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMemoryLogger } from '../node-core/base/log/index.ts'
import { chooseEdgePort } from './edge-port.ts'
import { readEdgePorts, writeEdgePorts } from './edge-port-file.ts'
import { EDGE_PORT } from './limits.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'mycelium-edge-port-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

it('is none of a home that had none, and then what it kept', () => {
  expect(readEdgePorts(home)).toBeUndefined()
  writeEdgePorts(home, { own: 40_001 }, createMemoryLogger())
  expect(readEdgePorts(home)).toEqual({ own: 40_001 })
})

it('is the expected one of a home in a network that kept none, though it is taken now', async () => {
  writeFileSync(path.join(home, 'genesis.cbor'), '')
  const taken = { isFree: async () => false, pickFree: async () => 40_001 }
  const { keep } = await chooseEdgePort(readEdgePorts(home), taken)
  expect(keep).toEqual({ own: EDGE_PORT, meanwhile: 40_001 })
})
