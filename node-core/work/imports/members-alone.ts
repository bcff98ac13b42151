/**
 * The edge is for everybody unless a workload says otherwise. What only its neighbours could reach where
 * it comes from would be open to strangers at an opened edge: it is for members alone.
 */
import type { Draft } from './draft.ts'

/** An address without a word is all of them. Says whether more than its own computer reaches it. */
export function notePublished(
  draft: Draft,
  { protocol, address = '' }: { protocol?: string | undefined; address?: string | undefined },
): boolean {
  // The edge leads to TCP: a name server by UDP does not open its page for operators.
  const isPublished = protocol !== 'udp' && !LOOPBACK.test(address)
  if (isPublished) draft.isPublished = true
  return isPublished
}

/** Its own computer's programs reach what is published there, and nobody else. */
const LOOPBACK = /^(127\.[\d.]+|\[?::1\]?|localhost)$/i

/** Without a TCP port the edge leads nobody there. */
export function isForMembers({ parts, job, isPublished }: Draft): boolean {
  if (job || isPublished) return false
  return parts.some(({ ports }) => ports.some(({ protocol = 'tcp' }) => protocol === 'tcp'))
}
