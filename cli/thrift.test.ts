import { describe, expect, it } from 'vitest'
import { createThrift, type Preference, QUIET_LOOKS } from './thrift.ts'

function setUp() {
  const preferred: Preference[] = []
  const look = createThrift((what) => preferred.push(what))
  const looks = (count: number, busyShare: number): void => {
    for (let n = 0; n < count; n++) look(busyShare)
  }
  return { preferred, looks }
}

describe('the thrift of a node', () => {
  it('is for memory once it has been idle for a while, and says so once', () => {
    const { preferred, looks } = setUp()
    looks(QUIET_LOOKS - 1, 0.02)
    expect(preferred).toEqual([])
    looks(100, 0.02)
    expect(preferred).toEqual(['memory'])
  })

  it('is for speed as soon as there is work', () => {
    const { preferred, looks } = setUp()
    looks(QUIET_LOOKS, 0.02)
    looks(5, 0.9)
    expect(preferred).toEqual(['memory', 'speed'])
  })

  it('counts idle looks in a row only', () => {
    const { preferred, looks } = setUp()
    for (let n = 0; n < 5; n++) {
      looks(QUIET_LOOKS - 1, 0.02)
      looks(1, 0.5)
    }
    expect(preferred).toEqual([])
    looks(QUIET_LOOKS, 0.02)
    looks(1, 0.5)
    looks(QUIET_LOOKS, 0.02)
    expect(preferred).toEqual(['memory', 'speed', 'memory'])
  })
})
