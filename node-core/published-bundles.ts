/**
 * Which bundles were published, and by whom: `node/<it>/bundle/<digest>`, which that node alone writes.
 * Whoever holds `deploy` can rewrite or end `net/bundle/<digest>`: releases before this one knew no
 * other key. It is still written for them, and believed last.
 */
import { z } from 'zod'
import type { NodeId } from './base/net/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import type { OwnerId, Permission } from './identity/index.ts'
import { keepsForAll } from './space-side.ts'
import { type Digest, parseDigest } from './storage/blobs/index.ts'

const amount = z.number().int().positive()
const bundleEntry = z.object({
  name: z.string(),
  version: z.string(),
  publisher: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  needs: z
    .object({
      cpuMillis: amount.exactOptional(),
      memoryBytes: amount.exactOptional(),
      p99Ms: amount.exactOptional(),
    })
    .exactOptional(),
})
export type BundleEntry = z.infer<typeof bundleEntry>

const NET_PREFIX = 'net/bundle/'
const prefixOf = (node: NodeId): string => `node/${node}/bundle/`

export interface PublishedBundlesDeps {
  self: NodeId
  /** This node's. */
  owner: OwnerId
  state: Pick<ReplicatedState, 'get' | 'list' | 'put' | 'delete'>
  /** Members that are known, in sight or not. */
  nodes(): readonly NodeId[]
  /** The owner of a node, and what that owner may do now. */
  standing(node: NodeId): { owner: OwnerId; permissions: ReadonlySet<Permission> } | undefined
  /** Others that say they hold it. */
  holders(digest: Digest): readonly NodeId[]
}

export interface PublishedBundles {
  note(digest: Digest, entry: BundleEntry): Promise<void>
  /** Ends what this node said with `note`. */
  withdraw(digest: Digest): Promise<void>
  /** This node published it. */
  isOwn(digest: Digest): boolean
  /** Others that published it. */
  others(digest: Digest): readonly NodeId[]
  /** What is said of each, by whoever is believed most. */
  list(): ReadonlyMap<string, BundleEntry>
  /** It is published, and this node is one of those that keep it for all. */
  keeps(digest: string): boolean
}

export function createPublishedBundles(deps: PublishedBundlesDeps): PublishedBundles {
  const { self, owner, state } = deps

  /** On their word something may go here: this owner's own nodes, and admins'. */
  function believed(node: NodeId): boolean {
    const standing = deps.standing(node)
    return standing?.owner === owner || standing?.permissions.has('admin') === true
  }

  const mayPublish = (node: NodeId): boolean =>
    node === self || believed(node) || deps.standing(node)?.permissions.has('deploy') === true

  /** This node first, then those that are believed. */
  function publishers(): NodeId[] {
    const rank = (node: NodeId): number => (node === self ? 0 : believed(node) ? 1 : 2)
    const all = [...new Set([self, ...deps.nodes()])].filter(mayPublish)
    return all.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  }

  /** What was ended leaves a record without a value. */
  function live(key: string) {
    const record = state.get(key)
    return record?.value === undefined ? undefined : record
  }

  /** What it published itself before this release stands under the shared key alone. */
  const isOwn = (digest: Digest): boolean =>
    (live(prefixOf(self) + digest) ?? ownShared(digest)) !== undefined

  function ownShared(digest: Digest) {
    const shared = live(NET_PREFIX + digest)
    return shared?.author === self ? shared : undefined
  }

  return {
    isOwn,
    async withdraw(digest) {
      // Its own word last: until that is gone too it can be asked for again.
      if (ownShared(digest)) await state.delete(NET_PREFIX + digest)
      if (live(prefixOf(self) + digest)) await state.delete(prefixOf(self) + digest)
    },
    others(digest) {
      const told = publishers().filter((one) => live(prefixOf(one) + digest))
      const { author } = live(NET_PREFIX + digest) ?? {}
      return [...new Set(author ? [...told, author] : told)].filter((one) => one !== self)
    },
    async note(digest, entry) {
      // Refused to who may not publish.
      await state.put(NET_PREFIX + digest, entry)
      await state.put(prefixOf(self) + digest, entry)
    },

    list() {
      const found = new Map<string, BundleEntry>()
      for (const prefix of [...publishers().map(prefixOf), NET_PREFIX]) {
        for (const { key, value } of state.list(prefix)) {
          const digest = key.slice(prefix.length)
          const entry = bundleEntry.safeParse(value)
          if (entry.success && !found.has(digest)) found.set(digest, entry.data)
        }
      }
      return found
    },

    keeps(digest) {
      const bundle = parseDigest(digest)
      if (!bundle) return false
      const shared = live(NET_PREFIX + bundle)
      if (isOwn(bundle)) return true
      const isPublished = shared ?? publishers().some((one) => live(prefixOf(one) + bundle))
      // Whoever else says that it holds it may say so to have this copy dropped.
      return Boolean(isPublished) && keepsForAll(self, deps.holders(bundle).filter(believed))
    },
  }
}
