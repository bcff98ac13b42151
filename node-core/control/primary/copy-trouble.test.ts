import { expect, it } from 'vitest'
import { passes, stoppedBy } from './copy-trouble.ts'

it.each([
  ['DISK_FULL', true, 'waits for its disk'],
  ['SNAPSHOT_REFUSED', true, 'asks again'],
  ['SNAPSHOT_DAMAGED', false, 'start the node again'],
  ['UPGRADE_REQUIRED', false, 'newer release'],
])(
  'a copy that stopped with %s is opened again by itself (%s), and it is said what helps',
  (code, isOpened, says) => {
    expect(passes(code)).toBe(isOpened)
    expect(stoppedBy(code, 'Why.')).toMatchObject({
      code: 'REPLICA_FAILED',
      message: expect.stringContaining(says),
    })
  },
)
