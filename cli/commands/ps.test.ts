/** What `ps` says of what is no plain service. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ADA,
  bundleFacts,
  DIGEST,
  instanceFacts,
} from '../../node-core/api/testing/memory-facts.ts'
import { jobInstanceId } from '../../node-core/work/spec/index.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'
import { placementText } from './workloads.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

describe('mycelium ps', () => {
  it('names a program by what its bundle says', async () => {
    home.node.world.bundles = [bundleFacts()]
    await home.json('deploy', '--bundle', DIGEST, '--name', 'hello')
    expect((await home.run('ps')).out).toMatch(/^hello .* greeter 1\.0\.0 /m)
    expect(await home.json('ps', 'hello')).toMatchObject({
      program: { name: 'greeter', version: '1.0.0' },
    })
    home.node.world.bundles = []
    expect((await home.run('ps')).out).toContain(DIGEST.slice(0, 19))
  })

  it('counts attempts of a job, which starts nothing again', async () => {
    await home.json('deploy', '--image', 'hello:1', '--name', 'backup', '--job')
    const place = { workload: 'backup', index: 0, node: ADA.node }
    const id = jobInstanceId(place, { generation: 1, run: 2, attempt: 3 })
    home.node.world.instances = [instanceFacts({ workload: 'backup', id })]
    const { out } = await home.run('ps', 'backup')
    expect(out).toMatch(/INSTANCE .* ATTEMPT$/m)
    expect(out).toMatch(new RegExp(`^${id} .* 3$`, 'm'))
    expect(await home.json('ps', 'backup')).toMatchObject({
      instances: [{ turn: { run: 2, attempt: 3 } }],
    })
  })
})

describe('mycelium why', () => {
  it('tells a copy that nobody asked for from one that nobody takes', () => {
    const reason = { code: 'CPU_FULL', message: 'It has not enough CPU left.' }
    const refused = [{ node: ADA.node, nodeName: 'ada', reason }]
    expect(placementText([{ index: 0, refused: [] }])).toBe('replica 0: not to run now')
    expect(placementText([{ index: 0, refused }])).toMatch(/^replica 0: nowhere\n +not ada /)
  })
})
