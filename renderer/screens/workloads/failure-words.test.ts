import { describe, expect, it } from 'vitest'
import { makeInstance, makeWorkload } from '../../testing/shapes.ts'
import { failureOf, untold } from './failure-words.ts'

const MISSING = { code: 'IMAGE_NOT_FOUND', message: 'Nobody has pgae:1, says Docker.' }
const failed = (index: number, reason = MISSING) =>
  makeInstance({ nodeName: 'attic', index, status: 'Failed', reason })
const web = (shape: object = {}) =>
  makeWorkload({
    ...{ name: 'web', status: 'Failed', instances: [failed(0), failed(1)], conditions: [MISSING] },
    ...shape,
  })

describe('why nothing of it runs', () => {
  it('is told once, however many copies say the same', () => {
    expect(failureOf(web())).toEqual({
      ...{ cause: 'IMAGE_NOT_FOUND', said: [MISSING.message], rest: [] },
    })
  })

  it('leaves beside it what no copy says', () => {
    const lost = { code: 'NODE_LOST', message: '1 of 3 was on a node that is out of sight.' }
    expect(failureOf(web({ conditions: [lost, MISSING] }))?.rest).toEqual([lost])
  })

  it('is what the node says where the window has no words for it', () => {
    const odd = { code: 'CAUSE_OF_A_LATER_VERSION', message: 'As it is.' }
    expect(failureOf(web({ instances: [failed(0, odd)] }))).toMatchObject({
      ...{ cause: 'OTHER', said: ['As it is.'] },
    })
  })

  it('is nothing while some of it runs, of a job, and where no copy says why', () => {
    expect(failureOf(web({ status: 'Degraded' }))).toBeUndefined()
    expect(failureOf(web({ instances: [] }))).toBeUndefined()
    const of = { ...failed(0), lost: true }
    expect(failureOf(web({ instances: [of] }))).toBeUndefined()
  })
})

it('does not say of the whole what its copies say themselves', () => {
  const more = { code: 'NODE_LOST', message: 'Another thing.' }
  const named = { ...MISSING, message: `attic: ${MISSING.message}` }
  expect(untold(web({ conditions: [named, more] }))).toEqual([more])
})
