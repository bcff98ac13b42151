/** Whether a request bears the token it should, compared in one time whatever was sent. */
import { hash, timingSafeEqual } from 'node:crypto'

export function createTokenCheck(token: string): (given: string | undefined) => boolean {
  const expected = digest(token)
  return (given) => given !== undefined && timingSafeEqual(digest(given), expected)
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
}

/** Of equal length whatever came, so that the comparison takes one time. */
function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
