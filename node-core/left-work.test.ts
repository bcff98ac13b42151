import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from './base/clock/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import { createSilentLogger } from './base/log/index.ts'
import { type NodeId, parseNodeId } from './base/net/index.ts'
import type { OwnerId } from './identity/index.ts'
import { clearRules, endLeft } from './left-work.ts'
import { createFirewall, createShield } from './work/shield/index.ts'
import { neighboursMissing } from './work/shield/testing/neighbours.ts'

const missing = neighboursMissing()

describe.skipIf(missing)(`what was left${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let home: string
  let node: NodeId
  beforeEach(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'mycelium-left-'))
    const id = parseNodeId(randomBytes(32).toString('hex'))
    if (!id) throw new Error('no id')
    node = id
    // Of a node that was killed.
    await createShield({ ...deps(), node, firewall: createFirewall() }).start()
    expect(hasRules()).toBe(true)
  })
  afterEach(async () => {
    await clearRules(deps(), [node])
    rmSync(home, { recursive: true, force: true })
  })

  const deps = () => {
    const clock = createSystemClock()
    return { disk: { root: home }, clock, logger: createSilentLogger() }
  }
  const hasRules = () =>
    execFileSync('iptables', ['-w', '-S']).toString().includes(node.slice(0, 12))

  it('is bounded until its containers have ended, by the rules that go with the programs', async () => {
    mkdirSync(path.join(home, 'instances', 'of-a-program'), { recursive: true })
    let hadRules: boolean | undefined
    const end = async () => {
      hadRules = hasRules()
      return []
    }
    const identity = { nodeId: node, ownerId: 'o' as OwnerId }
    expect(await endLeft({ ...deps(), identity, leftovers: { end }, ran: [] })).toBeUndefined()
    expect([hadRules, hasRules()]).toEqual([true, false])
  })

  it('is named by what ran, where the engine says nothing', async () => {
    const end = async (): Promise<never> => {
      throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker does not answer.')
    }
    const identity = { nodeId: node, ownerId: 'o' as OwnerId }
    const ran = [{ workload: 'web', index: 0 }]
    expect(await endLeft({ ...deps(), identity, leftovers: { end }, ran })).toMatchObject({
      copies: ['web-0'],
    })
  })

  it('has no rules any more once the keys are gone, and nothing of it runs', async () => {
    await clearRules(deps(), [node])
    expect(hasRules()).toBe(false)
  })
})
