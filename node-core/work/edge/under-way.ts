/**
 * All that is under way at one edge. Half of what is left is for the next: however much one workload or
 * one client has, others come through too (docs/adr/0032). And who may no longer have what is open to
 * it loses it.
 */
import type { NodeId } from '../../base/net/index.ts'
import { clientOf } from './admission.ts'
import { OPEN_REQUESTS_MAX } from './limits.ts'

export interface UnderWay {
  /** How much there is. */
  readonly size: number
  /** Who has too much of it for one more of the workload, from that address. */
  crowd(workload: string, address: string): Crowd | undefined
  enter(workload: string, address: string, cut: () => void): Going
  leave(going: Going): void
  /** Cuts all that may not go on. */
  cutUnless(mayGoOn: (going: Going) => boolean): void
}

export type Crowd = 'all' | 'workload' | 'client'

/** A request, or a connection. In a list, as a table of them all had cost a quarter of the edge's requests. */
export interface Going {
  readonly workload: string
  /** Whose pass it brought; undefined where nobody asked for one. */
  bearer: NodeId | undefined
  readonly cut: () => void
  readonly ofWorkload: Share
  readonly ofClient: Share | undefined
  before: Going | undefined
  after: Going | undefined
}

/** How much a workload or a client has. */
interface Share {
  readonly key: string
  size: number
}

export function createUnderWay(most = OPEN_REQUESTS_MAX): UnderWay {
  const byWorkload = new Map<string, Share>()
  const byClient = new Map<string, Share>()
  let size = 0
  let last: Going | undefined

  return {
    get size() {
      return size
    },
    crowd(workload, address) {
      const left = most - size
      if (left <= 0) return 'all'
      // Nobody has more than there is.
      if (size < left) return undefined
      if ((byWorkload.get(workload)?.size ?? 0) >= left) return 'workload'
      const client = sharerOf(address)
      const ofClient = client === undefined ? 0 : (byClient.get(client)?.size ?? 0)
      return ofClient >= left ? 'client' : undefined
    },
    enter(workload, address, cut) {
      const client = sharerOf(address)
      const going: Going = {
        ...{ workload, bearer: undefined, cut, before: last, after: undefined },
        ofWorkload: more(byWorkload, workload),
        ofClient: client === undefined ? undefined : more(byClient, client),
      }
      if (last) last.after = going
      last = going
      size++
      return going
    },
    leave(going) {
      const { before, after, ofWorkload, ofClient } = going
      if (before) before.after = after
      if (after) after.before = before
      else last = before
      // What is gone must lead to nothing: a collector of generations keeps what an old one still names.
      going.before = undefined
      going.after = undefined
      less(byWorkload, ofWorkload)
      if (ofClient) less(byClient, ofClient)
      size--
    },
    cutUnless(mayGoOn) {
      for (let going = last; going; ) {
        const { before } = going
        if (!mayGoOn(going)) going.cut()
        going = before
      }
    },
  }
}

/** Undefined for this computer's own: that is everybody who comes through a proxy on it. */
function sharerOf(address: string): string | undefined {
  const isHere = address === '::1' || /^(::ffff:)?127\./.test(address)
  return isHere ? undefined : clientOf(address)
}

function more(shares: Map<string, Share>, key: string): Share {
  let share = shares.get(key)
  if (!share) {
    share = { key, size: 0 }
    shares.set(key, share)
  }
  share.size++
  return share
}

function less(shares: Map<string, Share>, share: Share): void {
  share.size--
  if (share.size === 0) shares.delete(share.key)
}
