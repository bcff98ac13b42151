import { describe, expect, it } from 'vitest'
import { createManualTime } from '../time/index.ts'
import { createResource } from './resource.ts'

describe('a resource', () => {
  it('makes one question of many calls in a short time', async () => {
    const time = createManualTime()
    let asked = 0
    const resource = createResource(async () => ++asked, time)
    resource.refresh()
    resource.refresh()
    await time.advance(0)
    resource.refresh()
    resource.refresh()
    await time.advance(1_000)
    expect(resource.store.getState().data).toBe(2)
  })

  it('asks again after an answer that was already under way', async () => {
    const time = createManualTime()
    const answers: ((value: string) => void)[] = []
    const resource = createResource(
      () => new Promise<string>((resolve) => void answers.push(resolve)),
      time,
    )
    resource.refresh()
    await time.advance(0)
    resource.refresh()
    await time.advance(500)
    answers[0]?.('old')
    await time.advance(500)
    answers[1]?.('new')
    await time.advance(0)
    expect(resource.store.getState().data).toBe('new')
  })

  it('keeps the last answer when a newer one cannot be had, and says why', async () => {
    const time = createManualTime()
    let fails = false
    const resource = createResource(async () => {
      if (fails) throw Object.assign(new Error('Gone.'), { code: 'UNAVAILABLE' })
      return 'kept'
    }, time)
    resource.refresh()
    await time.advance(0)
    fails = true
    resource.refresh()
    await time.advance(500)
    const { data, problem } = resource.store.getState()
    expect(data).toBe('kept')
    expect(problem?.code).toBe('UNAVAILABLE')
  })

  it('forgets an answer that comes after it was cleared', async () => {
    const time = createManualTime()
    let answer = (_: string): void => {}
    const resource = createResource(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve
        }),
      time,
    )
    resource.refresh()
    await time.advance(0)
    resource.clear()
    answer('of the network that was left')
    await time.advance(0)
    expect(resource.store.getState().data).toBeUndefined()
  })
})
