import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { createFakeRouter } from '../../testing/fake-router/index.ts'
import { makeScenario } from '../../testing/scenarios/index.ts'
import { createDraftStore, EMPTY_DRAFT, withWorkload, withWorkloads } from './draft/index.ts'
import { createDeployRun } from './run.ts'

const WEB = { name: 'web', containers: [{ image: 'web:1' }] }
const BAD = { name: 'bad', containers: [{ image: 'nowhere' }] }

function setUp(...workloads: (typeof WEB)[]) {
  const client = createRouterClient(createFakeRouter(makeScenario('busy')).router)
  const drafts = createDraftStore()
  drafts.change(() => withWorkloads(EMPTY_DRAFT, workloads))
  const run = createDeployRun(drafts)
  return { drafts, run, begin: () => run.begin(() => client) }
}

describe('a draft on its way', () => {
  it('is empty once all of it was taken, and tells whoever looks', async () => {
    const { drafts, run, begin } = setUp(WEB)
    const seen: (readonly string[])[] = []
    run.watch(({ names }) => seen.push(names))
    expect(await begin()).toMatchObject({ names: ['web'], isWhole: true, isSeen: true })
    expect(drafts.store.getState().draft).toBe(EMPTY_DRAFT)
    expect(seen).toEqual([['web']])
  })

  it('keeps what was changed while it was under way', async () => {
    const { drafts, begin } = setUp(WEB)
    const ended = begin()
    drafts.change((now) => withWorkload(now, WEB, { ...WEB, name: 'site' }))
    expect(await ended).toMatchObject({ isWhole: true })
    expect(drafts.store.getState().draft.workloads).toMatchObject([{ name: 'site' }])
  })

  it('is empty although another form was opened meanwhile', async () => {
    const { drafts, begin } = setUp(WEB)
    const ended = begin()
    drafts.change((now) => ({ ...now, open: 'own' }))
    await ended
    expect(drafts.store.getState().draft).toBe(EMPTY_DRAFT)
  })

  it('is not begun beside itself', async () => {
    const { begin } = setUp(WEB)
    const ended = begin()
    expect(await begin()).toBeUndefined()
    expect(await ended).toMatchObject({ isWhole: true })
  })

  it('keeps a refusal for whoever comes back to the page, and says that nobody has seen it', async () => {
    const { run, begin } = setUp(WEB, BAD)
    const leave = run.watch(() => {})
    const ended = begin()
    leave()
    expect(await ended).toMatchObject({ names: ['web'], isWhole: false, isSeen: false })
    expect(run.store.getState()).toMatchObject({
      ...{ isUnderWay: false, last: { names: ['web'], failed: { of: BAD } } },
    })
  })

  it('can be begun again after the line was gone', async () => {
    const { run, begin } = setUp(WEB)
    const noLine = (): never => {
      throw new Error('The node does not answer right now.')
    }
    expect(await run.begin(noLine)).toMatchObject({ isWhole: false })
    expect(await begin()).toMatchObject({ isWhole: true })
  })
})
