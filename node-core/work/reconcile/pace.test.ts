import { describe, expect, it } from 'vitest'
import type { StartProgress } from '../runners/index.ts'
import { createPace } from './pace.ts'
import { progressText } from './progress.ts'

const MB = 1_000_000
const pulled = (megabytes: number, totalBytes?: number): StartProgress => ({
  ...{ step: 'pulling', from: 'mara', doneBytes: megabytes * MB },
  ...(totalBytes !== undefined && { totalBytes }),
})

describe('how long a transfer still takes', () => {
  it('is told once it has gone on for a while, by how fast it came', () => {
    const paced = createPace()
    const said = (megabytes: number, second: number): string =>
      progressText(paced(pulled(megabytes, 120 * MB), second * 1_000))
    expect(said(1, 10)).toBe('Pulling from mara, 1.0 of 120 MB')
    expect(said(3, 11)).toBe('Pulling from mara, 3.0 of 120 MB')
    expect(said(11, 20)).toBe('Pulling from mara, 11 of 120 MB, about 2 min')
    expect(said(41, 30)).toBe('Pulling from mara, 41 of 120 MB, about 40 s')
    expect(said(110, 40)).toBe('Pulling from mara, 110 of 120 MB, about 3 s')
    expect(said(120, 41)).toBe('Pulling from mara, 120 of 120 MB')
    // From the beginning again, by another source.
    expect(said(0, 50)).toBe('Pulling from mara, 0.0 of 120 MB')
    expect(said(60, 60)).toBe('Pulling from mara, 60 of 120 MB, about 10 s')
  })

  it('is not told of what nobody knows the size of, nor while nothing comes', () => {
    const paced = createPace()
    for (const second of [0, 10]) {
      expect(progressText(paced(pulled(second), second * 1_000))).not.toContain('about')
    }
    expect(progressText(paced(pulled(10, 20 * MB), 60_000))).toContain('about')
    const stuck = createPace()
    for (const second of [0, 10]) {
      expect(progressText(stuck(pulled(5, 20 * MB), second * 1_000))).not.toContain('about')
    }
    expect(progressText(paced({ step: 'starting' }, 70_000))).toBe('Starting')
  })
})
