/** What stores over HTTP share: bounded answers, and conditional writes (RFC 9110 §13). */
import { failure, gather } from './failures.ts'
import type { Found, Tag, WriteOutcome } from './index.ts'

export async function foundIn(response: Response): Promise<Found | undefined> {
  if (response.status === 404) return nothing(response)
  if (!response.ok || !response.body) throw await refused(response)
  const tag = response.headers.get('etag')
  return { bytes: await gather(response.body), tag: isStrong(tag) ? tag : undefined }
}

/** Only what is there by that tag is replaced, or nothing that is there at all. */
export function condition(tag: Tag | undefined): Record<string, string> {
  return tag === undefined ? { 'if-none-match': '*' } : { 'if-match': tag }
}

/** 412 by the standard; 409 where an S3-like store saw two writes at once. */
export async function outcomeOf(response: Response): Promise<WriteOutcome> {
  if (response.status === 412 || response.status === 409) {
    await response.body?.cancel()
    return 'conflict'
  }
  if (!response.ok) throw await refused(response)
  await response.body?.cancel()
  return 'written'
}

async function nothing(response: Response): Promise<undefined> {
  await response.body?.cancel()
}

/** Its body may quote what was sent, so it is not shown. */
async function refused(response: Response): Promise<Error> {
  await response.body?.cancel()
  return failure('SEED_UNREACHABLE', `The server answered ${response.status}.`)
}

/** A weak one may stay the same while bytes change (RFC 9110 §8.8.1). */
function isStrong(tag: string | null): tag is Tag {
  return tag?.startsWith('"') === true
}
