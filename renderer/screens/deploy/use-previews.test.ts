import { describe, expect, it } from 'vitest'
import { isAnswered, previewOf } from './use-previews.ts'

const WEB = { name: 'web', containers: [{ image: 'web:1' }] }
const problem = (fields: { path: string; message: string }[]) => ({
  ...{ code: 'UNAVAILABLE', message: 'Not now.', fields },
})

describe('a preview', () => {
  it('is asked for again where the line was gone, and until it was asked for this workload', async () => {
    const noLine = (): never => {
      throw new Error('The node does not answer right now.')
    }
    const previewed = await previewOf(noLine, WEB)
    expect(previewed.problem?.message).toContain('does not answer')
    expect(isAnswered(previewed, WEB)).toBe(false)
    expect(isAnswered({ of: { ...WEB } }, WEB)).toBe(false)
    expect(isAnswered(undefined, WEB)).toBe(false)
  })

  it('is not asked for again where a field is wrong', () => {
    const wrong = problem([{ path: 'name', message: 'No.' }])
    expect(isAnswered({ of: WEB, problem: wrong }, WEB)).toBe(true)
    expect(isAnswered({ of: WEB, problem: problem([]) }, WEB)).toBe(false)
  })
})
