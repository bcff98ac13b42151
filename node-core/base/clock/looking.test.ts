import { describe, expect, it } from 'vitest'
import { createSimClock, looking } from './index.ts'

const GAP_MS = 100
const SELDOM_MS = 1_000

function setUp(look: (nth: number) => boolean | undefined | Promise<undefined> = () => undefined) {
  const clock = createSimClock()
  const looks: number[] = []
  const errors: unknown[] = []
  const options = { gapMs: GAP_MS, seldomMs: SELDOM_MS }
  const watch = looking(
    clock,
    options,
    () => {
      looks.push(clock.monotonicMs())
      return look(looks.length)
    },
    (error) => errors.push(error),
  )
  const startMs = clock.monotonicMs()
  const pass = async (ms: number): Promise<number[]> => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10)
      await new Promise(setImmediate)
    }
    return looks.splice(0).map((atMs) => atMs - startMs)
  }
  return { watch, pass, errors }
}

describe('a look', () => {
  it('happens seldom while nobody tells of anything', async () => {
    const { pass } = setUp()
    expect(await pass(3_100)).toEqual([1_000, 2_000, 3_000])
  })

  it('happens at once when it is told, and not more often than the gap allows', async () => {
    const { watch, pass } = setUp()
    watch.soon()
    watch.soon()
    expect(await pass(50)).toEqual([0])
    watch.soon()
    expect(await pass(50)).toEqual([])
    watch.soon()
    expect(await pass(50)).toEqual([110])
    expect(await pass(1_050)).toEqual([1_110])
  })

  it('that wants another one gets it after the gap', async () => {
    const { watch, pass } = setUp((nth) => nth < 3)
    watch.soon()
    expect(await pass(500)).toEqual([0, 110, 210])
  })

  it('is not begun while one is under way; what it was told meanwhile makes another', async () => {
    let end = (): void => {}
    const { watch, pass } = setUp((nth) =>
      nth > 1
        ? undefined
        : new Promise<undefined>((resolve) => {
            end = () => resolve(undefined)
          }),
    )
    watch.soon()
    await pass(10)
    watch.soon()
    expect(await pass(500)).toEqual([])
    end()
    expect(await pass(200)).toEqual([620])
  })

  it('that fails is told of, and is tried again after the gap', async () => {
    const { pass, errors } = setUp((nth) =>
      nth === 1 ? Promise.reject(new Error('No.')) : undefined,
    )
    expect(await pass(2_200)).toEqual([1_000, 1_100, 2_100])
    expect(errors).toEqual([new Error('No.')])
  })

  it('does not happen any more once it is stopped', async () => {
    const { watch, pass } = setUp()
    watch.soon()
    await watch.stop()
    watch.soon()
    expect(await pass(2_000)).toEqual([])
  })
})
