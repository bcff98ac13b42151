import { describe, expect, it } from 'vitest'
import { createStarts } from './starts.ts'

describe('what an engine lists', () => {
  const idOf = (one: string) => one
  const slowly = () => {
    const answer = Promise.withResolvers<string[]>()
    return { list: () => answer.promise, come: answer.resolve }
  }

  it('is not believed of what was being started when it was asked, however late it answers', async () => {
    const starts = createStarts()
    starts.begin('web')
    const { list, come } = slowly()
    const settled = starts.settled(list, idOf)
    starts.end('web')
    come(['web', 'other'])
    expect(await settled).toEqual(['other'])
  })

  it('nor of what began and was over while it was waited for', async () => {
    const starts = createStarts()
    const { list, come } = slowly()
    const settled = starts.settled(list, idOf)
    starts.begin('web')
    starts.end('web')
    come(['web', 'other'])
    expect(await settled).toEqual(['other'])
  })

  it('is believed the next time', async () => {
    const starts = createStarts()
    starts.begin('web')
    starts.end('web')
    expect(await starts.settled(async () => ['web'], idOf)).toEqual(['web'])
    expect(starts.any()).toBe(false)
  })
})
