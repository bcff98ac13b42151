/** Whether a request bears the token it should, compared in one time whatever was sent. */
import { timingSafeEqual } from 'node:crypto'
import { assert } from '../../../base/errors/index.ts'

/** How long a token is, is no secret: all are of one length. An empty one would let everybody in. */
export function createTokenCheck(token: string): (given: string | undefined) => boolean {
  assert(token !== '', 'A door has a token.')
  const expected = Buffer.from(token)
  return (text) => {
    if (text === undefined) return false
    const given = Buffer.from(text)
    const isAsLong = given.byteLength === expected.byteLength
    return timingSafeEqual(isAsLong ? given : expected, expected) && isAsLong
  }
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
}
