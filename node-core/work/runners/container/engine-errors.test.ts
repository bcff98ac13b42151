import { describe, expect, it } from 'vitest'
import { engineError } from './engine-errors.ts'

const LAYERS = 'OCI runtime create failed: runc create failed: unable to start container process: '

function wordsOf(text: string) {
  const message = `(HTTP code 400) bad parameter - failed to create shim task: ${LAYERS}${text} `
  const {
    code,
    message: words,
    details,
  } = engineError(Object.assign(new Error(message), { statusCode: 400 }))
  return { code, words, ...(details && { details }) }
}

describe('what an engine says of a program that it cannot start', () => {
  it.each([
    [
      'exec: "/bin/no": stat /bin/no: no such file or directory: unknown',
      /no program “\/bin\/no”/,
      127,
    ],
    ['exec: "srv": executable file not found in $PATH: unknown', /no program “srv”/, 127],
    ['exec: "/etc/passwd": permission denied: unknown', /“\/etc\/passwd” .*may run/, 126],
    ['exec: "/etc": is a directory: unknown', /“\/etc” .*may run/, 126],
  ])('is told in plain words: %s', (text, words, exitCode) => {
    expect(wordsOf(text)).toEqual({
      ...{ code: 'NOT_RUNNABLE', words: expect.stringMatching(words) },
      details: { exitCode },
    })
  })

  it.each(['no command specified', 'No command specified'])(
    'is told of nothing too: %s',
    (text) => {
      const message = `(HTTP code 400) unexpected - ${text} `
      const error = engineError(Object.assign(new Error(message), { statusCode: 400 }))
      expect(error).toMatchObject({ code: 'NOT_RUNNABLE', details: { exitCode: 127 } })
    },
  )

  it('is no end where another computer may run it', () => {
    const said = wordsOf('exec: "/bin/arm": exec format error: unknown')
    expect(said).toMatchObject({
      ...{ code: 'START_FAILED', words: expect.stringMatching(/“\/bin\/arm” .*kind of processor/) },
    })
  })

  it('says what frees a disk that is full', () => {
    const message = '(HTTP code 500) server error - write /layer-1: no space left on device '
    const error = engineError(Object.assign(new Error(message), { statusCode: 500 }))
    expect(error).toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringMatching(/disk is full \(write \/layer-1.*\).*mycelium reclaim/),
    })
  })

  it('is passed on where nobody knows better', () => {
    expect(wordsOf('the moon is full').words).toContain('the moon is full')
  })
})
