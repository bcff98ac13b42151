import { afterEach, expect, it } from 'vitest'
import { ask, createStage, says } from './edge.fixture.ts'

const stage = createStage()
afterEach(() => stage.close())

it('says of what is paused that it is, with a code, though its last copy has yet to end', async () => {
  await stage.instance('web', says('still here'))
  stage.wakes.set('web', 60_000)
  stage.paused.add('web')
  const edge = await stage.edge()
  const answer = await ask(edge, 'web.localhost', { headers: { accept: 'application/json' } })
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([503, 'PAUSED'])
  stage.paused.delete('web')
  expect((await ask(edge, 'web.localhost')).body).toBe('still here')
})
