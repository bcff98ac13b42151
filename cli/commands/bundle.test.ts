import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createRunningHome,
  createTestHome,
  type RunningHome,
  type TestHome,
} from '../testing/cli-run.ts'

describe('mycelium bundle build', () => {
  let home: TestHome
  beforeEach(() => {
    home = createTestHome()
  })
  afterEach(() => home.remove())

  async function built(provides?: readonly string[]) {
    const [manifest, program, key] = ['m.json', 'greeter', 'team.key'].map((name) =>
      path.join(home.home, name),
    ) as [string, string, string]
    const about = { name: 'greeter', version: '1.0.0', command: 'greeter' }
    writeFileSync(manifest, JSON.stringify({ ...about, ...(provides && { provides }) }))
    writeFileSync(program, '#!/bin/sh\n')
    await home.run('bundle', 'keygen', '--out', key)
    const files = ['--manifest', manifest, '--program', program, '--key', key]
    return await home.run('bundle', 'build', ...files, '--out', home.home)
  }

  it('says which words of “provides” nothing goes by', async () => {
    const { exit, out, err } = await built(['http', 'billing', 'tax'])
    expect([exit, out]).toEqual([0, path.join(home.home, 'greeter-1.0.0.spore')])
    expect(err).toContain('provides: nothing goes by “billing”, “tax”.')
    expect(err).not.toContain('--health tcp')
  })

  it('says that a program is asked by HTTP that does not offer it', async () => {
    expect((await built(['smtp'])).err).toMatch(/“smtp”[\s\S]*GET \/health [\s\S]*--health tcp/)
    expect((await built([])).err).toMatch(/--health tcp/)
  })

  it('says nothing where all is as it is unless said', async () => {
    expect((await built()).err).toBe('')
    expect((await built(['http'])).err).toBe('')
  })
})

describe('mycelium bundle unpublish', () => {
  const digest = `sha256:${'d'.repeat(64)}`
  let home: RunningHome
  beforeEach(async () => {
    home = await createRunningHome()
    const about = { name: 'greeter', version: '1.0.0', publisher: 'p', trusted: true, sizeBytes: 9 }
    home.node.world.bundles.push({ ...about, digest, here: true })
  })
  afterEach(() => home.remove())

  it('withdraws what bundle list shows as this node’s', async () => {
    expect((await home.run('bundle', 'list')).out).toMatch(
      new RegExp(`^greeter +1\\.0\\.0 +9 B +this node +${digest}$`, 'm'),
    )
    const { exit, out } = await home.run('bundle', 'unpublish', digest)
    expect([exit, out]).toEqual([0, 'It is published no more. mycelium reclaim frees its space.'])
    expect((await home.run('bundle', 'list')).out).toBe('No bundle is published.')
  })

  it('says of what is no digest that it is none', async () => {
    expect((await home.run('bundle', 'unpublish', 'greeter')).exit).toBe(2)
  })
})
