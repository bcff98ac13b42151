import { describe, expect, it } from 'vitest'
import type { Random } from '../../base/random/index.ts'
import { createCrowd } from './crowd.ts'
import { CROWD_MEMBERS_MIN, CROWD_MS_MAX, CROWD_SETTLE_MS, CROWD_SPREAD_MS } from './limits.ts'

const drawing = (value: number): Random => ({ float: () => value }) as Random

describe('a crowd', () => {
  it('is many who come at once, until nobody has come for a while', () => {
    const crowd = createCrowd(drawing(0))
    expect(crowd.isComing(0)).toBe(false)
    for (let nth = 1; nth <= CROWD_MEMBERS_MIN; nth++) {
      crowd.came(nth * 100)
      expect(crowd.isComing(nth * 100)).toBe(nth === CROWD_MEMBERS_MIN)
    }
    const lastMs = CROWD_MEMBERS_MIN * 100
    expect(crowd.isComing(lastMs + CROWD_SETTLE_MS)).toBe(true)
    expect(crowd.isComing(lastMs + CROWD_SETTLE_MS + 1)).toBe(false)
  })

  it('is not one after the other, nor who comes after it', () => {
    const crowd = createCrowd(drawing(0))
    for (let nth = 1; nth <= 3 * CROWD_MEMBERS_MIN; nth++) {
      crowd.came(nth * (CROWD_SETTLE_MS + 1))
      expect(crowd.isComing(nth * (CROWD_SETTLE_MS + 1))).toBe(false)
    }
  })

  it('is waited for only so long: newcomers without end are the life of a large network', () => {
    const crowd = createCrowd(drawing(0))
    const coming: number[] = []
    for (let nowMs = 0; nowMs <= 2 * CROWD_MS_MAX; nowMs += 500) {
      crowd.came(nowMs)
      if (crowd.isComing(nowMs)) coming.push(nowMs)
    }
    expect(coming[0]).toBe((CROWD_MEMBERS_MIN - 1) * 500)
    expect(coming.at(-1)).toBe(CROWD_MS_MAX)
  })

  it('has settled on some nodes earlier than on others, by as much as it is large', () => {
    const [early, late] = [createCrowd(drawing(0)), createCrowd(drawing(0.5))]
    for (const crowd of [early, late]) for (let nth = 0; nth < 20; nth++) crowd.came(0)
    const isComing = (nowMs: number) => [early.isComing(nowMs), late.isComing(nowMs)]
    expect(isComing(CROWD_SETTLE_MS + 1)).toEqual([false, true])
    const lastMs = CROWD_SETTLE_MS + 10 * CROWD_SPREAD_MS
    expect([isComing(lastMs)[1], isComing(lastMs + 1)[1]]).toEqual([true, false])
  })
})
