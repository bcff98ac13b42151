import { describe, expect, it } from 'vitest'
import { createManualTime } from '../time/index.ts'
import { createLingering } from './lingering.ts'

describe('what lingers', () => {
  it('goes away after its time', async () => {
    const time = createManualTime()
    const gone: string[] = []
    createLingering(time).after(100, () => gone.push('a'))
    await time.advance(99)
    expect(gone).toEqual([])
    await time.advance(1)
    expect(gone).toEqual(['a'])
  })

  it('stands still while it is held, and then has what was left', async () => {
    const time = createManualTime()
    const gone: string[] = []
    const lingering = createLingering(time)
    lingering.after(100, () => gone.push('early'))
    await time.advance(70)
    lingering.hold()
    lingering.hold()
    lingering.after(50, () => gone.push('late'))
    await time.advance(10_000)
    expect(gone).toEqual([])
    lingering.release()
    lingering.release()
    await time.advance(29)
    expect(gone).toEqual([])
    await time.advance(1)
    expect(gone).toEqual(['early'])
    await time.advance(20)
    expect(gone).toEqual(['early', 'late'])
  })

  it('never happens once cancelled, held or not', async () => {
    const time = createManualTime()
    const gone: string[] = []
    const lingering = createLingering(time)
    const cancel = lingering.after(100, () => gone.push('a'))
    lingering.hold()
    cancel()
    lingering.release()
    await time.advance(200)
    expect(gone).toEqual([])
  })
})
