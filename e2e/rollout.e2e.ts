/**
 * A workload is changed, held, taken back and ended, while somebody asks it all the time. The file is long: what its
 * tests need to have running takes longer than they do, and serves all of them.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { LISTEN, type WorkloadDocument } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage, untilAsked } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

const PERIOD_MS = 10
/** By which a share of 30 of a hundred lies between 15 and 45, but for once in ten thousand times. */
const TRIAL_ANSWERS = 150
const SERVE = untilAsked('/bin/httpd -f -p 80 -h /tmp/w')
/** Takes longer to answer than edges take to hear that a copy stops. */
const SLOW = '/tmp/w/cgi-bin/slow'
/** Says which version it is; at `/cgi-bin/slow` after a while. */
const sayer = (version: string) => [
  ...['/bin/sh', '-c'],
  `mkdir -p /tmp/w/cgi-bin && printf ${version} > /tmp/w/index.html && ` +
    `printf '#!/bin/sh\\nsleep 1\\nprintf "Content-Type: text/plain\\\\r\\\\n\\\\r\\\\n${version}"\\n' > ${SLOW} && ` +
    `chmod +x ${SLOW} && ${SERVE}`,
]

describe(`a change under steady requests${skipped}`, { skip: Boolean(missing) }, () => {
  let engine: Engine
  let node: TestNode

  before(async () => {
    engine = await createEngine('rollout')
    importBusyboxImage(engine, 'hello:1')
    node = createTestNode('rollout', { DOCKER_HOST: engine.host })
    await node.json('init', '--network-name', 'Rollout', '--name', 'rollout')
    await node.up(...LISTEN)
    const web = ['--image', 'hello:1', '--name', 'web', '-p', '0:80', '--replicas', '3']
    await node.json('deploy', ...web, '--wait', '--', ...sayer('one'))
  })
  after(async () => {
    await node?.remove()
    await engine?.remove()
  })

  const change = (body: object) => node.call('PATCH', '/api/workloads/web', body)
  const post = async (body: object): Promise<void> => {
    assert.equal((await node.call('POST', '/api/workloads', body)).status, 201)
  }
  const web = () => node.get<WorkloadDocument & { conditions: { code: string }[] }>(WEB)
  const WEB = '/api/workloads/web'
  const has = (code: string) => async () =>
    (await web()).conditions.some((one) => one.code === code)

  /** Every copy serves and is of the version that is wanted, and nothing of another is left. */
  const settled = () =>
    until('every copy to be the new one', 60_000, async () => {
      const { status, instances } = await web()
      return status === 'Running' && instances.length === 3
    })

  /** Every answer while `work` goes on, in order: the version, or what went wrong. */
  async function answersDuring(
    work: (soFar: readonly string[]) => Promise<unknown>,
    route = '/web/',
  ): Promise<string[]> {
    const answers: string[] = []
    let done = false
    const asking = (async () => {
      while (!done) {
        const answer = await node.viaEdge(route).catch((error: Error) => error)
        if (answer instanceof Error) answers.push(answer.message)
        else answers.push(answer.status === 200 ? answer.text : String(answer.status))
        await new Promise((resolve) => setTimeout(resolve, PERIOD_MS))
      }
    })()
    await work(answers).finally(() => {
      done = true
    })
    await asking
    return answers
  }

  /** Of requests that an edge may not repeat, two at a time. */
  async function slowAnswersDuring(work: () => Promise<unknown>): Promise<string[]> {
    let done = false
    const url = `${node.edge}/web/cgi-bin/slow`
    const asking = [1, 2].map(async () => {
      const answers: string[] = []
      while (!done) {
        const answer = await fetch(url, { method: 'POST', body: 'x' })
        answers.push(answer.ok ? await answer.text() : `${answer.status} ${await answer.text()}`)
      }
      return answers
    })
    await work().finally(() => {
      done = true
    })
    return (await Promise.all(asking)).flat()
  }

  const kindsOf = (answers: string[]): string[] => [...new Set(answers)].sort()

  it('rolls through without a failed request', async () => {
    const answers = await answersDuring(async () => {
      const slow = slowAnswersDuring(async () => {
        assert.equal((await change({ command: sayer('two') })).status, 200)
        await settled()
      })
      assert.deepEqual(kindsOf(await slow), ['one', 'two'])
    })
    assert.deepEqual(kindsOf(answers), ['one', 'two'])
    assert.equal((await node.viaEdge('/web/')).text, 'two')
  })

  it('stops by itself where the new version ends at once, and is taken back', async () => {
    const answers = await answersDuring(async () => {
      assert.equal((await change({ command: ['/bin/sh', '-c', 'exit 1'] })).status, 200)
      await until('it to have tried more than once', 30_000, async () => {
        return (await web()).instances.some(({ restarts }) => restarts > 1)
      })
      assert.ok(await has('ROLLING_OUT')())
      assert.equal((await web()).running_instances, 3)
      const { versions } = await node.get<{ versions: { generation: number }[] }>(`${WEB}/versions`)
      assert.deepEqual(
        versions.map(({ generation }) => generation),
        [2, 1],
      )
      await node.json('rollout', 'rollback', 'web')
      await settled()
      for (const step of ['rollback', 'resume']) {
        assert.equal((await node.cli('rollout', step, 'web')).code, 4)
      }
    })
    assert.deepEqual(kindsOf(answers), ['two'])
  })

  it('stops by itself where the new version runs and never answers, and a job fails meanwhile', async () => {
    const answers = await answersDuring(async () => {
      assert.equal(
        (await change({ command: ['/bin/sh', '-c', untilAsked('sleep 1000')] })).status,
        200,
      )
      await until('it to have tried', 30_000, has('ROLLING_OUT'))
      // Nothing shows that somebody goes on waiting: while others are placed and end, nothing of the old may.
      await jobThatCanNeverRun()
      const { running_instances: running, instances } = await web()
      assert.equal(running, 3)
      assert.ok(instances.some(({ health }) => health !== 'healthy'))
      await node.json('rollout', 'rollback', 'web')
      await settled()
    })
    assert.deepEqual(kindsOf(answers), ['two'])
  })

  it('in blue and green changes colour once, and when all of it is there and warm', async () => {
    const warmUpMs = 5_000
    const answers = await answersDuring(async (soFar) => {
      const rollout = { kind: 'blueGreen', warmUpMs }
      assert.equal((await change({ command: sayer('green'), rollout })).status, 200)
      const isWarming = async () => /Warming up/.test((await node.cli('ps', 'web')).stdout)
      await until('the new ones to warm up', 30_000, isWarming)
      assert.ok(!soFar.includes('green'))
      await settled()
    })
    await change({ rollout: { warmUpMs: 0 } })
    const first = answers.indexOf('green')
    assert.deepEqual(kindsOf(answers.slice(0, first)), ['two'])
    assert.deepEqual(kindsOf(answers.slice(first)), ['green'])
  })

  it('waits while it is paused, in which a job runs to its end, and goes on', async () => {
    await change({ command: sayer('last'), rollout: { kind: 'rolling', paused: true } })
    await until('it to say so', 10_000, has('ROLLOUT_PAUSED'))
    await jobThatSucceeds()
    assert.equal((await node.viaEdge('/web/')).text, 'green')
    await node.json('rollout', 'resume', 'web')
    await until('the last version', 60_000, async () => {
      return (await node.viaEdge('/web/')).text === 'last'
    })
  })

  it('starts all copies anew without a failed request, and says what that was', async () => {
    await settled()
    const ids = async (): Promise<string[]> => (await web()).instances.map(({ id }) => id)
    const before = new Set(await ids())
    const answers = await answersDuring(async () => {
      await node.json('restart', 'web', '--wait')
      await settled()
    })
    assert.deepEqual(kindsOf(answers), ['last'])
    assert.deepEqual(
      (await ids()).filter((id) => before.has(id)),
      [],
    )
    const { stdout } = await node.cli('versions', 'web')
    assert.match(stdout, /^Version \d+ .* Then it was restarted: copies were replaced\.$/m)
  })

  it('has no copy while it is paused, which its edge says, and as many as before afterwards', async () => {
    await settled()
    await node.json('pause', 'web')
    await until('none to run', 30_000, async () => {
      const { status, instances } = await web()
      return status === 'Paused' && instances.length === 0
    })
    const refused = await node.viaEdge('/web/')
    assert.equal(refused.status, 503)
    assert.match(refused.text, /^web is paused/)
    await node.json('resume', 'web', '--wait')
    await settled()
    assert.equal((await node.viaEdge('/web/')).text, 'last')
  })

  it('takes back a change of rules alone, and replaces no copy for it', async () => {
    await settled()
    const copies = async (): Promise<string[]> => (await web()).instances.map(({ id }) => id).sort()
    const before = await copies()
    assert.equal((await change({ edge: { access: 'members' } })).status, 200)
    const { versions } = await node.get<{
      versions: { changed: { changes: { path: string }[]; replaces: boolean } }[]
    }>(`${WEB}/versions`)
    const [last] = versions
    assert.equal(last?.changed.replaces, false)
    assert.deepEqual(
      last.changed.changes.map(({ path }) => path),
      ['edge.access'],
    )
    await node.json('rollback', 'web')
    const { edge } = await node.get<{ edge: { access: string } }>(WEB)
    assert.equal(edge.access, 'public')
    assert.deepEqual(await copies(), before)
  })

  it('is undone after an end', async () => {
    await settled()
    assert.equal((await node.cli('delete', 'web')).code, 0)
    await until('it to be gone', 30_000, async () => (await node.call('GET', WEB)).status === 404)
    await node.json('rollback', 'web')
    await settled()
    assert.equal((await node.viaEdge('/web/')).text, 'last')
  })

  it('gives a new version its share, then all, and takes back one that fails', async () => {
    // The first waits for a word: as long as it takes to see what its share is.
    const steps = [{ share: 30 }, { share: 60, forMs: 1_000 }]
    const [, , says] = sayer('canary')
    // Ended as soon as it is asked to.
    const quick = { graceMs: 0, rollout: { kind: 'canary', steps } }
    let trial: string[] = []
    const answers = await answersDuring(async (soFar) => {
      const command = ['/bin/sh', '-c', says]
      assert.equal((await change({ command, ...quick })).status, 200)
      await until('it to be told', 10_000, has('CANARY'))
      await until('its first answer', 10_000, async () => soFar.includes('canary'))
      const first = soFar.indexOf('canary')
      await until('answers enough to tell its share', 30_000, () => {
        return soFar.length >= first + TRIAL_ANSWERS
      })
      trial = soFar.slice(first)
      await node.json('rollout', 'promote', 'web')
      await settled()
      // Else what serves is what served before, and all of it is as wanted.
      assert.deepEqual((await web()).conditions, [])
    })
    const share = trial.filter((answer) => answer === 'canary').length / trial.length
    assert.ok(share > 0.15 && share < 0.45, `${share} of the answers`)
    assert.deepEqual(kindsOf(answers), ['canary', 'last'])
    // Asked now: the last one of before may have been under way since an old copy was there.
    assert.equal((await node.viaEdge('/web/')).text, 'canary')
    const failing =
      'mkdir -p /tmp/w/cgi-bin && cd /tmp/w/cgi-bin && ' +
      `printf '#!/bin/sh\\nprintf "Status: 500 No\\\\r\\\\n\\\\r\\\\n"\\n' > index.cgi && ` +
      `chmod +x index.cgi && ${SERVE}`
    const during = await answersDuring(async () => {
      await change({ command: ['/bin/sh', '-c', failing], ...quick })
      // A rule that is changed meanwhile is none of what is taken back.
      assert.equal((await change({ labels: { team: 'garden' } })).status, 200)
      await until('it to be taken back', 20_000, has('CANARY_TAKEN_BACK'))
      await settled()
    })
    assert.deepEqual(kindsOf(during), ['500', 'canary'])
    const { labels } = await node.get<{ labels: Record<string, string> }>(WEB)
    assert.deepEqual(labels, { team: 'garden' })
    assert.ok(during.filter((answer) => answer === '500').length < during.length * 0.45)
    assert.equal((await node.viaEdge('/web/')).text, 'canary')
  })

  it('falls asleep when nobody asks, and wakes once for all who do', async () => {
    const [, , says] = sayer('awake')
    await post({
      ...{ name: 'nap', graceMs: 0, autoscale: { min: 0, max: 2, idleMs: 3_000 } },
      containers: [
        { image: 'hello:1', command: ['/bin/sh', '-c', says], ports: [{ containerPort: 80 }] },
      ],
    })
    const nap = () => node.get<WorkloadDocument>('/api/workloads/nap')
    const sleeps = async () => {
      const { status, instances } = await nap()
      return status === 'Asleep' && instances.length === 0
    }
    await until('it to sleep', 30_000, sleeps)
    assert.match((await node.cli('ps', 'nap')).stdout, /Asleep/)
    const asked = await Promise.all([1, 2, 3].map(() => node.viaEdge('/nap/')))
    assert.deepEqual(
      asked.map(({ text }) => text),
      ['awake', 'awake', 'awake'],
    )
    assert.equal((await nap()).instances.length, 1)
  })

  it('has more copies while its queue is long, and one again, without a failed request', async () => {
    const queue = { key: 'crew/orders', perCopy: 10 }
    await post({
      ...{ name: 'crew', autoscale: { max: 3, queue, upAfterMs: 0, downAfterMs: 2_000 } },
      // Answers with the name of its container.
      containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }],
    })
    const orders = async (length: number): Promise<void> => {
      const value = Buffer.from(String(length)).toString('base64')
      assert.equal((await node.call('PUT', `/api/kv/${queue.key}`, { value })).status, 200)
    }
    const crew = () => node.get<WorkloadDocument>('/api/workloads/crew')
    await until('the first', 30_000, async () => (await node.viaEdge('/crew/')).status === 200)
    const answers = await answersDuring(async (soFar) => {
      // More than three copies are for.
      await orders(80)
      await until('three of them to answer', 60_000, () => new Set(soFar).size === 3)
      assert.equal((await crew()).replicas, 3)
      await orders(0)
      await until('one alone', 30_000, async () => (await crew()).instances.length === 1)
    }, '/crew/')
    const others = kindsOf(answers).filter((answer) => !/^[0-9a-f]{12}\n$/.test(answer))
    assert.deepEqual(others, [])
    assert.equal(kindsOf(answers).length, 3)
  })

  interface RunDocument {
    outcome: string
    results: { attempt: number; exitCode?: number; node: string }[]
  }
  const runsOf = async (name: string) =>
    (await node.get<{ runs: RunDocument[] }>(`/api/workloads/${name}/runs`)).runs
  const shell = (script: string) => {
    return [{ image: 'hello:1', command: ['/bin/sh', '-c', script] }]
  }

  async function jobThatSucceeds(): Promise<void> {
    await post({
      ...{ name: 'once', containers: shell('echo hello; exit 0') },
      job: { completions: 2, parallelism: 2 },
    })
    await until(
      'it to be done',
      30_000,
      async () => (await runsOf('once'))[0]?.outcome === 'succeeded',
    )
    const [run] = await runsOf('once')
    assert.deepEqual(
      run?.results.map(({ attempt, exitCode }) => [attempt, exitCode]),
      [
        [1, 0],
        [1, 0],
      ],
    )
    assert.match((await node.cli('logs', 'once')).stdout, /hello/)
    assert.equal((await node.json<WorkloadDocument>('ps', 'once')).status, 'Succeeded')
  }

  /** It has failed after as many tries as it has. */
  async function jobThatCanNeverRun(): Promise<void> {
    const containers = [{ image: 'hello:1', command: ['/no/such'] }]
    const restart = { backoffMs: 100, backoffMsMax: 100 }
    await post({ name: 'void', containers, job: { retries: 1 }, restart })
    await until('its end', 60_000, async () => (await runsOf('void'))[0]?.outcome === 'failed')
    const [run] = await runsOf('void')
    assert.deepEqual(
      run?.results.map(({ attempt, exitCode }) => [attempt, exitCode]),
      [[2, 127]],
    )
  }

  it('knows of a job that ended while its node was away, and leaves what ended under never', async () => {
    const restart = { when: 'never' }
    await post({ name: 'left', containers: shell('exit 3'), restart, graceMs: 500 })
    await post({ name: 'away', containers: shell('sleep 3; exit 4'), job: { retries: 0 } })
    const running = (name: string) => async () =>
      (await node.get<WorkloadDocument>(`/api/workloads/${name}`)).instances[0]?.status ===
      'Running'
    await until('it to run', 30_000, running('away'))
    await node.kill()
    const away = ['--filter', 'label=org.mycelium.workload=away']
    await until('it to have ended', 20_000, () => engine.docker('ps', '-q', ...away) === '')
    await node.up(...LISTEN)
    await until('its end', 30_000, async () => (await runsOf('away'))[0]?.outcome === 'failed')
    const [run] = await runsOf('away')
    assert.deepEqual(
      run?.results.map(({ attempt, exitCode }) => [attempt, exitCode]),
      [[1, 4]],
    )
    await until('what ended under never to say how', 10_000, async () => {
      const { instances } = await node.get<{
        instances: { ended?: { exitCode: number } }[]
      }>('/api/workloads/left')
      const codes = instances.map(({ ended }) => ended?.exitCode).join()
      if (codes === '3') return true
      throw new Error(codes)
    })
  })
})
