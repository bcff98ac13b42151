/** What `ps` says of what is no plain service. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ADA,
  bundleFacts,
  DIGEST,
  instanceFacts,
} from '../../node-core/api/testing/memory-facts.ts'
import { jobInstanceId } from '../../node-core/work/spec/index.ts'
import type { Outputs } from '../node-client.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'
import { placementText } from '../text/placement.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

describe('mycelium ps', () => {
  it('says of a port that is shut here why it is, as `why` does', async () => {
    await home.json('deploy', '--image', 'db:1', '--name', 'db', '-p', '0:80', '--tcp', '15001:80')
    const [at, why] = ['0.0.0.0:15001', 'Port 15001 is not for everybody.']
    const service = { workload: 'db', port: 15_001, containerPort: 80, open: 0, listens: false }
    home.node.world.services = [{ ...service, address: at, code: 'NOT_PUBLIC', reason: why }]
    expect((await home.run('ps', 'db')).out).toContain(`! ${why}`)
    const here = `TCP port 15001 is not open on this computer: ${why}`
    expect((await home.run('why', 'db')).out).toContain(here)
    expect(await home.json('why', 'db')).toMatchObject({
      conditions: expect.arrayContaining([{ code: 'EDGE_NOT_PUBLIC', message: here }]),
    })
  })

  it('calls a port that was just asked for not open yet, and not taken', async () => {
    await home.json('deploy', '--image', 'db:1', '--name', 'db', '-p', '0:80', '--tcp', '15001:80')
    const why = 'The edge here has yet to open port 15001.'
    const service = { workload: 'db', port: 15_001, containerPort: 80, open: 0, listens: false }
    for (const services of [[], [{ ...service, address: '127.0.0.1:15001' }]]) {
      home.node.world.services = services
      expect((await home.run('ps', 'db')).out).toContain(`! ${why}`)
      expect(await home.json('why', 'db')).toMatchObject({
        conditions: expect.arrayContaining([
          {
            code: 'EDGE_NOT_OPEN_YET',
            message: `TCP port 15001 is not open on this computer: ${why}`,
          },
        ]),
      })
    }
  })

  it('says how what is not for everybody is opened, since its address alone answers 401', async () => {
    for (const [name, access] of [
      ['web', 'public'],
      ['db', 'members'],
    ] as const) {
      await home.json('deploy', '--image', 'db:1', '--name', name, '-p', '0:80', '--access', access)
    }
    expect((await home.run('ps')).err).toBe(
      'Not for everybody: db. It is opened by: mycelium open db',
    )
  })

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

it('tells the copies of two versions apart while a change is under way', async () => {
  await home.json('deploy', '--image', 'hello:1', '--name', 'web')
  await home.json('update', 'web', '--image', 'hello:2')
  const fresh = {
    id: 'web-0-bbbbbb',
    generation: 2,
    status: 'Starting',
    health: 'unknown',
  } as const
  home.node.world.instances = [instanceFacts(), instanceFacts(fresh)]
  const { out } = await home.run('ps', 'web')
  expect(out).toMatch(/^web-0-abcdef .* Old version, leaving\.$/m)
  expect(out).toMatch(/^web-0-bbbbbb .* New version\.$/m)
})

it('says that a queue holds no number, as `why` does, until it holds one', async () => {
  const queue = 'queue=web/jobs:20'
  await home.json('deploy', '--image', 'hello:1', '--name', 'web', '--autoscale', `1:4,${queue}`)
  const told = async () => {
    const { conditions } = (await home.json('ps', 'web')) as Outputs['workloads']['get']
    return conditions.filter(({ code }) => code === 'QUEUE_UNREADABLE')
  }
  expect(await told()).toEqual([])
  await home.run('kv', 'put', 'web/jobs', '12 orders')
  expect(await told()).toHaveLength(1)
  for (const command of ['ps', 'why']) {
    expect((await home.run(command, 'web')).out).toContain('! Its queue web/jobs holds “12 orders”')
  }
  await home.run('kv', 'put', 'web/jobs', '12')
  expect(await told()).toEqual([])
})

describe('mycelium ps of what is paused', () => {
  it('says that the next change waits, while none is under way', async () => {
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    expect((await home.run('ps', 'web')).out).not.toContain('held')
    await home.json('rollout', 'pause', 'web')
    expect((await home.run('ps', 'web')).out).toContain(
      'Its changes are held: the next one waits until: mycelium rollout resume web',
    )
    home.node.world.instances = [instanceFacts()]
    await home.json('update', 'web', '--image', 'hello:2')
    const { out } = await home.run('ps', 'web')
    expect(out).toContain('To go on: mycelium rollout resume web')
    expect(out).not.toContain('Its changes are held')
    await home.json('rollout', 'resume', 'web')
    expect((await home.run('ps', 'web')).out).not.toContain('resume')
  })
})

describe('mycelium why', () => {
  it('tells a copy that nobody asked for from one that nobody takes', () => {
    const reason = { code: 'CPU_FULL', message: 'It has not enough CPU left.' }
    const refused = [{ node: ADA.node, nodeName: 'ada', reason }]
    expect(placementText('web', [{ index: 0, refused: [] }])).toBe('web-0: not to run now')
    expect(placementText('web', [{ index: 0, refused }])).toMatch(/^web-0: nowhere\n +not ada /)
  })

  it('tells apart computers of one name', () => {
    const [here, there] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string]
    const reason = { code: 'ANOTHER_CHOSEN', message: 'Another comes first.' }
    const because = { code: 'ONLY_ONE', message: 'No other can.' }
    const refused = [{ node: there, nodeName: 'vm', reason }]
    const slot = { index: 0, node: here, nodeName: 'vm', because, refused }
    expect(placementText('web', [slot, { ...slot, index: 1 }])).toMatch(
      /^web-0: vm \(aaaaaaaa\)\n +vm \(aaaaaaaa\) +No other.*\n +not vm \(bbbbbbbb\) +Another/,
    )
  })

  it('names how a copy last ended though it runs again, and what it wrote before', async () => {
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    const message = 'The program ended with exit code 1.'
    const at = new Date(Date.now() - 150_000).toISOString()
    const lastEnd = { at, code: 'EXITED', message, exitCode: 1 }
    home.node.world.instances = [instanceFacts({ restarts: 3, lastEnd })]
    const line = (text: string) => ({
      ...{ at, stream: 'stderr' as const, line: text },
      ...{ instance: 'web-0-abcdef', node: ADA.node },
    })
    home.node.world.lines = [line('listen EADDRINUSE \u001b[31m:::80\u0007'), line('b'.repeat(999))]

    expect((await home.run('ps', 'web')).out).toMatch(
      /web-0-abcdef +Running .* 3 +Last ended 2m ago: The program ended with exit code 1\.$/m,
    )
    const { out } = await home.run('why', 'web')
    expect(out.split('\n').slice(-4)).toEqual([
      `! web-0-abcdef on ada (started again 3 times): Last ended 2m ago: ${message}`,
      '    listen EADDRINUSE :::80',
      `    ${'b'.repeat(240)}…`,
      '  More of what it wrote: mycelium logs web',
    ])
    const asked = { what: 'logs', with: { options: { previous: true, tail: 5 } } }
    expect(home.node.world.calls).toContainEqual(expect.objectContaining({ what: 'logs' }))
    expect(home.node.world.calls.at(-1)).toMatchObject(asked)
    expect(await home.json('ps', 'web')).toMatchObject({ instances: [{ lastEnd }] })
  })

  it('says nothing of an end where there was none, or it is the last', async () => {
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    const at = '2026-11-20T00:00:00.000Z'
    const lastEnd = { at, code: 'EXITED', message: 'It ended.', exitCode: 0 }
    const over = instanceFacts({ status: 'Stopped', ended: { at, exitCode: 0 }, lastEnd })
    for (const one of [instanceFacts(), over]) {
      home.node.world.instances = [one]
      for (const command of ['ps', 'why']) {
        expect((await home.run(command, 'web')).out).not.toMatch(/ast ended|What it wrote/)
      }
    }
  })
})
