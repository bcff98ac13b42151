import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { createFakeRouter } from '../../testing/fake-router/index.ts'
import { makeScenario } from '../../testing/scenarios/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import { deployDraft, inOrderOfUse } from './deploying.ts'
import { EMPTY_DRAFT, withSecret, withWorkloads } from './draft/index.ts'
import { reachOf } from './reach.ts'

const DB: DeployInput = {
  name: 'db',
  containers: [{ image: 'mariadb:11' }],
  secrets: [{ name: 'db/password', env: 'MARIADB_PASSWORD' }],
}
const WEB: DeployInput = {
  name: 'web',
  containers: [{ image: 'web:1', ports: [{ containerPort: 80 }] }],
  uses: [{ name: 'db', as: 'mysql' }],
}

function setUp(workloads: DeployInput[]) {
  const { router, scenario } = createFakeRouter(makeScenario('busy'))
  const draft = withSecret(withWorkloads(EMPTY_DRAFT, workloads), 'db/password', 'x')
  const steps: string[] = []
  const stop = new AbortController()
  return {
    ...{ scenario, steps, stop },
    deploy: () =>
      deployDraft(
        () => createRouterClient(router),
        draft,
        ({ kind, name }) => steps.push(`${kind} ${name}`),
        stop.signal,
      ),
  }
}

describe('deploying a draft', () => {
  it('writes secrets, then what is used, then what uses it', async () => {
    const { deploy, steps, scenario } = setUp([WEB, DB])
    expect(await deploy()).toEqual({ names: ['db', 'web'], begun: ['db', 'web'], kept: [] })
    expect(steps).toEqual(['secret db/password', 'workload db', 'workload web'])
    expect(scenario.secrets.find(({ name }) => name === 'db/password')?.version).toBe(1)
  })

  it('leaves a secret that is there as it is: data was written under it', async () => {
    const { deploy, scenario } = setUp([DB])
    scenario.secrets = [{ name: 'db/password', version: 4, readers: [] }]
    expect(await deploy()).toEqual({ names: ['db'], begun: ['db'], kept: ['db/password'] })
    expect(scenario.secrets[0]?.version).toBe(4)
  })

  describe('where two are to hold the same', () => {
    const USER: DeployInput = { ...WEB, secrets: [{ name: 'web/password', env: 'PASSWORD' }] }
    const twoOf = (wrote?: Map<string, string>) => {
      const { router, scenario } = createFakeRouter(makeScenario('busy'))
      const filled = withSecret(withWorkloads(EMPTY_DRAFT, [USER, DB]), 'db/password', 'x')
      const draft = withSecret(filled, 'web/password', 'x')
      const client = createRouterClient(router)
      const { signal } = new AbortController()
      scenario.secrets = [{ name: 'db/password', version: 1, readers: [] }]
      return {
        scenario,
        deploy: () =>
          deployDraft(
            () => client,
            draft,
            () => {},
            signal,
            wrote,
          ),
      }
    }

    it('begins nothing while only one of them is there', async () => {
      const { deploy, scenario } = twoOf()
      const half = { kept: 'db/password', missing: 'web/password' }
      expect(await deploy()).toMatchObject({ names: [], half })
      expect(scenario.secrets.map(({ name }) => name)).toEqual(['db/password'])
    })

    it('goes on where an attempt of its own had written the first', async () => {
      const { deploy, scenario } = twoOf(new Map([['db/password', 'x']]))
      expect(await deploy()).toEqual({ names: ['db', 'web'], begun: ['db', 'web'], kept: [] })
      expect(scenario.secrets.map(({ name }) => name)).toContain('web/password')
    })
  })

  it('tells what it began from what was there: only that may be taken back', async () => {
    const { deploy, scenario } = setUp([DB, WEB])
    scenario.workloads.push(makeWorkload({ name: 'db' }))
    expect(await deploy()).toMatchObject({ names: ['db', 'web'], begun: ['web'] })
  })

  it('says what runs already when something is refused', async () => {
    const bad: DeployInput = { name: 'bad', containers: [{ image: 'nowhere' }] }
    const { deploy } = setUp([DB, bad, WEB])
    const { names, failed } = await deploy()
    expect(names).toEqual(['db'])
    expect(failed?.of).toBe(bad)
    expect(failed?.problem.fields).toMatchObject([{ path: 'containers.0.image' }])
  })

  it('says that nothing was started where the line to the node is gone', async () => {
    const noLine = (): never => {
      throw new Error('The node does not answer right now.')
    }
    const draft = withWorkloads(EMPTY_DRAFT, [DB])
    const deployed = await deployDraft(noLine, draft, () => {}, new AbortController().signal)
    expect(deployed).toMatchObject({ names: [], failed: { of: undefined } })
  })

  it('ends after the step under way when it is cancelled', async () => {
    const { deploy, stop, steps } = setUp([DB, WEB])
    stop.abort()
    expect(await deploy()).toEqual({ names: [], begun: [], kept: [] })
    expect(steps).toEqual([])
  })

  it('takes those that use each other in the order in which they are listed', () => {
    const chicken: DeployInput = { name: 'chicken', uses: ['egg'] }
    const egg: DeployInput = { name: 'egg', uses: ['chicken'] }
    expect(inOrderOfUse([chicken, egg])).toEqual([egg, chicken])
  })
})

describe('what is reached from where', () => {
  it.each([
    [WEB, { edge: 'public', uses: ['db'], outside: 'none' }],
    [DB, { edge: undefined, usedBy: ['web'] }],
    [{ ...WEB, edge: { access: 'members' as const } }, { edge: 'members' }],
    [{ ...DB, edge: { tcp: [{ port: 15_432, containerPort: 5_432 }] } }, { tcpPorts: [15_432] }],
    [{ ...WEB, job: {} }, { edge: undefined }],
    [
      { ...WEB, egress: [{ host: 'a.example.org', ports: [443] }] },
      { outside: ['a.example.org:443'] },
    ],
  ])('of %o', (workload, reach) => {
    expect(reachOf(workload, [WEB, DB])).toMatchObject(reach)
  })
})
