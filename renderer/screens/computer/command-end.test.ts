import { describe, expect, it } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { endOf } from './command-end.ts'

const { t } = createText('en')

describe('how a command ended', () => {
  it.each([
    [{ what: 'began' }, 'It runs.'],
    [{ what: 'ended', exitCode: 3 }, 'exit code 3'],
    [{ what: 'refused', reason: 'FORBIDDEN' }, 'refused: the right to it is missing'],
    [
      { what: 'ended', reason: 'LEFT, and it may go on' },
      'cut off: whoever ran it was gone, and may go on',
    ],
    [{ what: 'ended' }, 'cut off'],
    [{ what: 'ended', reason: 'The engine is gone.' }, 'The engine is gone.'],
  ] as const)('%j is said as “%s”', (entry, said) => {
    expect(endOf(entry, t)).toBe(said)
  })

  it('says of a program that is not there that it was not run, without a code', () => {
    const said = endOf({ what: 'ended', reason: 'NOT_RUNNABLE' }, t)
    expect(said).toMatch(/^not run: there is no such program/)
    expect(said).not.toMatch(/[A-Z]_/)
  })
})
