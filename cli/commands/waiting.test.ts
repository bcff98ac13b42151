/** When `--wait` ends though not all of it runs: nothing that one could wait for would change it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { instanceFacts } from '../../node-core/api/testing/memory-facts.ts'
import type { Outputs } from '../node-client.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'
import { createSteadyWatch, runsAsWanted, verdictOn } from './verdict.ts'

describe('mycelium deploy --wait', () => {
  let home: RunningHome
  beforeEach(async () => {
    home = await createRunningHome()
  })
  afterEach(() => home.remove())

  const DEPLOY = [
    'deploy',
    '--image',
    'web:1',
    '--name',
    'web',
    '--wait',
    '--timeout',
    '3s',
  ] as const
  const reason = { code: 'NOT_RUNNABLE', message: 'The image has no program “srv”.' }
  const broken = { status: 'Failed', health: 'unknown', reason } as const

  it('ends at once with why, where nothing of the image can run', async () => {
    home.node.world.instances = [instanceFacts(broken)]
    const { exit, err } = await home.run(...DEPLOY)
    expect([exit, err]).toEqual([1, expect.stringContaining('web cannot run. web-0 on ada')])
    expect(err).toContain('no program “srv”')
    expect(err).not.toContain('goes on serving')
  })

  it('says once what a copy and the workload say alike', async () => {
    const reason = { code: 'PORT_TAKEN', message: 'Port 80 is taken by something else.' }
    home.node.world.instances = [instanceFacts({ ...broken, reason })]
    const { err } = await home.run(...DEPLOY.slice(0, 6), '--timeout', '500ms')
    expect(err).toContain(`web-0 on ada: ${reason.message}`)
    const steps = err.split('\n').filter((line) => !line.startsWith('Error'))
    expect(steps.join('\n')).not.toContain(`On ada: ${reason.message}`)
    expect(err).toContain(`On ada: ${reason.message}`)
  })

  it('says once what several copies say alike, and of which', async () => {
    const reason = { code: 'IMAGE_NOT_FOUND', message: 'No registry has “web:1”.' }
    const copies = [0, 1].map((index) => ({ ...broken, id: `web-${index}-abcdef`, index, reason }))
    home.node.world.instances = copies.map((one) => instanceFacts(one))
    const { err } = await home.run(...DEPLOY.slice(0, 6), '--replicas', '2', '--timeout', '500ms')
    const said = err.split('\n').filter((line) => line.includes(reason.message))
    expect(said).toEqual([
      `web-0, web-1 on ada: ${reason.message}`,
      expect.stringMatching(/^Error \(TIMED_OUT\): web runs 0 of 2\./),
    ])
  })

  it('says when it is tried next, and until when it waits', async () => {
    const reason = { code: 'START_FAILED', message: 'The engine did not start it.' }
    const startsAt = new Date(Date.now() + 36_000).toISOString()
    home.node.world.instances = [instanceFacts({ ...broken, reason, startsAt })]
    const { err } = await home.run(...DEPLOY.slice(0, 6), '--timeout', '500ms')
    expect(err).toMatch(/Next try in 3\ds; this command gives up at \d\d:\d\d:\d\d/)
  })

  it('says how to take a change back while what was before serves', async () => {
    await home.json(...DEPLOY.slice(0, 5))
    const next = instanceFacts({ ...broken, id: 'web-0-bbbbbb', generation: 2 })
    home.node.world.instances = [instanceFacts(), next]
    const { exit, err } = await home.run('update', 'web', '-e', 'A=1', '--wait', '--timeout', '3s')
    expect([exit, err]).toEqual([1, expect.stringContaining('mycelium rollout rollback web')])
  })

  it('waits on while only what was before could not run', async () => {
    await home.json(...DEPLOY.slice(0, 5))
    home.node.world.instances = [instanceFacts(broken)]
    const { exit } = await home.run('update', 'web', '-e', 'A=1', '--wait', '--timeout', '500ms')
    expect(exit).toBe(6)
    expect(await home.json('ps', 'web')).toMatchObject({ instances: [{ earlier: true }] })
  })

  it('ends where a copy has come to its end and is not started again', async () => {
    const at = '2026-11-20T00:00:00.000Z'
    const given = { code: 'GAVE_UP', message: 'It ended with exit code 3.' }
    const over = { status: 'Failed', ended: { at, exitCode: 3 }, reason: given } as const
    home.node.world.instances = [instanceFacts(over)]
    const { exit, err } = await home.run(...DEPLOY)
    expect([exit, err]).toEqual([1, expect.stringContaining('web has ended. web-0 on ada')])
  })

  it('tells what stood in its way last when its time is over, though nothing does just now', async () => {
    const why = { code: 'UNHEALTHY', message: 'It has never passed its startup probe.' }
    // By what is asked and not by time: a look at the workload asks more than once.
    const looks = Array.from({ length: 3 }, () => instanceFacts({ ...broken, reason: why }))
    const since = instanceFacts({ status: 'Starting', health: 'unknown' })
    Object.defineProperty(home.node.world, 'instances', { get: () => [looks.shift() ?? since] })
    const { exit, err } = await home.run(...DEPLOY.slice(0, 6), '--timeout', '1500ms')
    expect([exit, err]).toEqual([6, expect.stringMatching(/runs 0 of 1\. It has never passed/)])
  })

  it.each([
    [
      'does not tell what stood in its way before it ran',
      0,
      /\. web-0 on ada: Running, unknown\.$/,
    ],
    ['tells it where a copy comes and goes', 3, /runs 0 of 1\. It starts as soon as/],
  ])('%s', async (_, restarts, said) => {
    const why = { code: 'PENDING', message: 'It starts as soon as the committee assigns it.' }
    const looks = Array.from({ length: 3 }, () => instanceFacts({ ...broken, reason: why }))
    const since = instanceFacts({ health: 'unknown', restarts })
    Object.defineProperty(home.node.world, 'instances', { get: () => [looks.shift() ?? since] })
    const { exit, err } = await home.run(...DEPLOY.slice(0, 6), '--timeout', '800ms')
    expect([exit, err.split('\n').at(-1)]).toEqual([6, expect.stringMatching(said)])
  })

  it('waits for the end of a job, however long that runs before it', async () => {
    const { job } = (await home.json(...DEPLOY.slice(0, 5), '--job')) as Outputs['workloads']['get']
    expect([job, undefined].map((one) => runsAsWanted({ job: one, status: 'Running' }))).toEqual([
      ...[false, true],
    ])
    const { exit, err } = await home.run(...DEPLOY, '--job', '--timeout', '1500ms')
    expect([exit, err]).toEqual([6, expect.stringContaining('web has not ended yet.')])
  })

  it('says that nothing was changed where it was there already, just so', async () => {
    home.node.world.instances = [instanceFacts()]
    const plain = DEPLOY.slice(0, 5)
    expect((await home.run(...plain)).out).toBe('web is deployed. See: mycelium ps web')
    const there = expect.stringContaining('web was there already, just so: nothing was changed.')
    expect((await home.run(...plain)).out).toEqual(there)
    const { out, err } = await home.run(...DEPLOY)
    expect([out, err]).toEqual([expect.stringMatching(/^web runs 1 of 1/), there])
    expect(await home.json(...plain)).toMatchObject({ existed: true })
  })

  it('says of a port of its own that it is not open on this computer, and why', async () => {
    home.node.world.instances = [instanceFacts()]
    const service = { workload: 'web', port: 15_001, containerPort: 80, open: 0 }
    const at = { ...service, address: '127.0.0.1:15001' }
    const why = 'Port 15001 is taken by another program.'
    home.node.world.services = [{ ...at, listens: false, code: 'PORT_TAKEN', reason: why }]
    const asked = [...DEPLOY, '-p', '0:80', '--tcp', '15001:80']
    const { exit, out, err } = await home.run(...asked)
    expect([exit, out]).toEqual([0, expect.stringContaining('web runs 1 of 1')])
    expect(err).toContain(`TCP port 15001 of web is not open on this computer: ${why}`)
  })

  it('says nothing of a port that opens a moment after it runs', async () => {
    home.node.world.instances = [instanceFacts()]
    const at = { workload: 'web', port: 15_001, containerPort: 80, address: '127.0.0.1:15001' }
    const looks = Array.from({ length: 4 }, () => [])
    const open = [{ ...at, open: 0, listens: true }]
    Object.defineProperty(home.node.world, 'services', { get: () => looks.shift() ?? open })
    const { exit, err } = await home.run(...DEPLOY, '-p', '0:80', '--tcp', '15001:80')
    expect([exit, err]).toEqual([0, expect.not.stringContaining('15001')])
  })

  it('is no success where the change was taken back meanwhile, by whoever it was tried', async () => {
    await home.json(...DEPLOY.slice(0, 5))
    const now = (await home.json('ps', 'web')) as Outputs['workloads']['get']
    const message = 'Generation 2 was taken back: its copies did not become healthy.'
    const conditions = [{ code: 'CANARY_TAKEN_BACK', message }]
    const seen = { ...now, generation: 3, conditions }
    expect(verdictOn(seen, { generation: 2 })).toMatchObject({
      ...{ code: 'CANARY_TAKEN_BACK', message: `web: ${message}`, isFinal: true },
    })
    expect(verdictOn(seen, { generation: 3 })).toBe(undefined)
  })
})

describe('mycelium delete', () => {
  it('says how to have it back', async () => {
    const home = await createRunningHome()
    await home.json('deploy', '--image', 'web:1', '--name', 'web')
    const { out, err } = await home.run('delete', 'web')
    expect([out, err]).toEqual(['web is ended.', expect.stringContaining('mycelium rollback web')])
    await home.remove()
  })
})

describe('mycelium scale', () => {
  it('says what to do instead of having none', async () => {
    const home = await createRunningHome()
    await home.json('deploy', '--image', 'web:1', '--name', 'web')
    const { exit, err } = await home.run('scale', 'web', '0')
    expect([exit, err]).toEqual([2, expect.stringMatching(/delete web[\s\S]*--autoscale 0:1/)])
    await home.remove()
  })
})

describe('what nobody asks for its health', () => {
  it('runs once it has for a while without a new start', () => {
    const isSteady = createSteadyWatch(5_000)
    const copies = (...restarts: number[]) => ({
      instances: restarts.map((each, at) => ({ id: `web-${at}`, restarts: each })),
    })
    const looks = [
      [copies(0, 0), 0],
      [copies(0, 0), 4_999],
      [copies(0, 1), 5_000],
      [copies(0, 1), 9_999],
      [copies(0, 1), 10_000],
    ] as const
    const seen = looks.map(([of, ms]) => isSteady(of as Parameters<typeof isSteady>[0], ms))
    expect(seen).toEqual([false, false, false, false, true])
  })
})
