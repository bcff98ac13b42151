import { expect, it } from 'vitest'
import { createPullProgress } from './pull-progress.ts'

const begins = (id: string) => ({ id, status: 'Pulling fs layer', progressDetail: {} })
const comes = (id: string, current: number, total: number) => {
  return { id, status: 'Downloading', progressDetail: { current, total } }
}
const ends = (id: string) => ({ id, status: 'Download complete', progressDetail: {} })

it('tells no total while the size of a layer is not known, and counts whole what has come', () => {
  const { take } = createPullProgress()
  expect(take({ id: 'latest', status: 'Pulling from library/nginx' })).toBeUndefined()
  expect(take(begins('small'))).toBeUndefined()
  expect(take(begins('large'))).toBeUndefined()
  expect(take(comes('small', 9, 10))).toEqual({ doneBytes: 9 })
  expect(take(ends('small'))).toEqual({ doneBytes: 10 })
  expect(take(comes('large', 1, 300))).toEqual({ doneBytes: 11, totalBytes: 310 })
  expect(
    take({ id: 'small', status: 'Extracting', progressDetail: { current: 1, total: 10 } }),
  ).toBe(undefined)
  expect(take(ends('large'))).toEqual({ doneBytes: 310, totalBytes: 310 })
})

it('waits for no size of a layer that came before its size was told, or was there', () => {
  const { take } = createPullProgress()
  take(begins('tiny'))
  take(begins('large'))
  expect(take({ id: 'had', status: 'Already exists' })).toBeUndefined()
  expect(take(comes('large', 1, 300))).toEqual({ doneBytes: 1 })
  expect(take(ends('tiny'))).toEqual({ doneBytes: 1, totalBytes: 300 })
})
