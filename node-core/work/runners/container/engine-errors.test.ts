import { describe, expect, it } from 'vitest'
import { engineError } from './engine-errors.ts'

const LAYERS = 'OCI runtime create failed: runc create failed: unable to start container process: '

function wordsOf(text: string) {
  const message = `(HTTP code 400) bad parameter - failed to create shim task: ${LAYERS}${text} `
  const { code, message: words } = engineError(
    Object.assign(new Error(message), { statusCode: 400 }),
  )
  return { code, words }
}

describe('what an engine says of a program that it cannot start', () => {
  it.each([
    ['exec: "/bin/no": stat /bin/no: no such file or directory: unknown', /no program “\/bin\/no”/],
    ['exec: "srv": executable file not found in $PATH: unknown', /no program “srv”/],
    ['exec: "/etc/passwd": permission denied: unknown', /“\/etc\/passwd” .*may run/],
    ['exec: "/etc": is a directory: unknown', /“\/etc” .*may run/],
    ['exec: "/bin/arm": exec format error: unknown', /“\/bin\/arm” .*kind of processor/],
  ])('is told in plain words: %s', (text, words) => {
    expect(wordsOf(text)).toEqual({ code: 'START_FAILED', words: expect.stringMatching(words) })
  })

  it('is passed on where nobody knows better', () => {
    expect(wordsOf('the moon is full').words).toContain('the moon is full')
  })
})
