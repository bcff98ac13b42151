import { describe, expect, it } from 'vitest'
import { createManualTime } from '../time/index.ts'
import { createDeletions, UNDO_MS } from './deletions.ts'

function setUp(fails = false) {
  const time = createManualTime()
  const sent: string[] = []
  const failed: string[] = []
  const deletions = createDeletions(
    time,
    async (name) => {
      sent.push(name)
      if (fails) throw new Error('no')
    },
    (name) => void failed.push(name),
  )
  return { time, sent, failed, deletions }
}

describe('a delete', () => {
  it('is sent only when the time for undo is over', async () => {
    const { time, sent, deletions } = setUp()
    deletions.schedule('web')
    await time.advance(UNDO_MS - 1)
    expect(sent).toEqual([])
    await time.advance(1)
    expect(sent).toEqual(['web'])
  })

  it('is never sent once undone', async () => {
    const { time, sent, deletions } = setUp()
    deletions.schedule('web')
    await time.advance(UNDO_MS - 1)
    deletions.undo('web')
    await time.advance(UNDO_MS)
    expect(sent).toEqual([])
    expect(deletions.store.getState().size).toBe(0)
  })

  it('is sent at once, and once, when the window closes', async () => {
    const { time, sent, deletions } = setUp()
    deletions.schedule('web')
    await deletions.flush()
    await time.advance(UNDO_MS * 2)
    expect(sent).toEqual(['web'])
  })

  it('says when it was done, and not when it was undone or refused', async () => {
    const gone: string[] = []
    const { time, deletions } = setUp()
    deletions.schedule('web', () => gone.push('web'))
    deletions.schedule('api', () => gone.push('api'))
    deletions.undo('api')
    expect(gone).toEqual([])
    await time.advance(UNDO_MS)
    expect(gone).toEqual(['web'])
    const refused = setUp(true)
    refused.deletions.schedule('web', () => gone.push('refused'))
    await refused.time.advance(UNDO_MS)
    expect(gone).toEqual(['web'])
  })

  it('brings the workload back into sight when the node refuses', async () => {
    const { time, failed, deletions } = setUp(true)
    deletions.schedule('web')
    await time.advance(UNDO_MS)
    expect(failed).toEqual(['web'])
    expect(deletions.store.getState().has('web')).toBe(false)
  })
})
