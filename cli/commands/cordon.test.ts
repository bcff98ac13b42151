import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADA, instanceFacts } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('a computer that is emptied', () => {
  let home: RunningHome

  beforeEach(async () => {
    home = await createRunningHome()
  })
  afterEach(() => home.remove())

  it('says that this computer will sleep, and that it is awake', async () => {
    expect((await home.run('sleep', '--for', '8h', '--wait')).out).toMatch(/^Nothing runs on ada,/)
    const [ada] = home.node.world.members
    expect(ada?.asleep?.until).toMatch(/T/)
    expect(await home.json('nodes')).toMatchObject({
      nodes: [{ name: 'ada', status: 'Asleep' }, {}],
    })
    expect((await home.run('wake')).out).toBe('ada is awake, and takes work again.')
    expect(await home.json('nodes')).toMatchObject({
      nodes: [{ name: 'ada', status: 'Ready' }, {}],
    })
    expect((await home.run('sleep', '--for', 'long')).exit).toBe(2)
  })

  it('says what a drain left behind, and why, and exits 7 when that is there to stay', async () => {
    const manifest = path.join(home.home, 'db.json')
    const mounts = [{ volume: 'data', path: '/data' }]
    const body = {
      name: 'db',
      containers: [{ image: 'db:1', mounts }],
      volumes: [{ name: 'data' }],
    }
    writeFileSync(manifest, JSON.stringify(body))
    await home.json('deploy', '-f', manifest)
    home.node.world.instances = [instanceFacts({ id: 'db-0-abcdef', workload: 'db' })]
    const where = { owner: ADA.owner, node: ADA.node, workload: 'db', index: 0, volume: 'data' }
    const kept = { id: 'db.0.data', sizeBytes: 1, createdAt: '2026-11-20T00:00:00.000Z' }
    home.node.world.volumes = [{ ...where, ...kept }]
    const said = await home.run('drain', 'ada')
    expect([said.exit, said.out]).toEqual([0, expect.stringContaining('db-0: What it keeps lies')])
    expect((await home.run('why', 'db')).out).toMatch(/^db-0: ada, and stays: What it keeps/)
    const waited = await home.run('drain', 'ada', '--wait')
    expect([waited.exit, waited.err]).toEqual([7, expect.stringContaining('drained but for db-0')])
    const drained = { name: 'ada', drain: { state: 'allButData' }, instances: 1 }
    expect(await home.json('nodes')).toMatchObject({ nodes: [drained, { name: 'ben' }] })
  })
})
