/** Published bundles, as the network's state tells of them, and whose are trusted. */
import type { BundleFacts, BundleShelf } from './api/handlers/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import { type FoundedNetwork, isFounder, nodeIdOf, ownerIdOf } from './identity/index.ts'
import type { PublishedBundles } from './published-bundles.ts'
import type { Publishers } from './publishers.ts'
import { usersOf } from './space-side.ts'
import { type Digest, parseDigest } from './storage/blobs/index.ts'
import type { Bundle, Bundles } from './work/bundles/index.ts'
import type { Desired } from './work/desired/index.ts'
import { needsFrom } from './work/spec/index.ts'

export interface BundleShelfDeps {
  state: Pick<ReplicatedState, 'memberOf'>
  network: FoundedNetwork
  publishers: Pick<Publishers, 'list' | 'has' | 'trust' | 'untrust' | 'subscribe'>
  bundles: Pick<Bundles, 'publish' | 'known'>
  published: Pick<PublishedBundles, 'list' | 'note' | 'withdraw' | 'isOwn' | 'others'>
  desired: Pick<Desired, 'isCurrent' | 'list' | 'past'>
  nameOf(node: NodeId): string
}

/**
 * Whether the network trusts what this key has signed: the founders' own keys, the keys of their
 * nodes, and those an admin has named.
 */
export function trustsPublisher(
  { state, network, publishers }: Pick<BundleShelfDeps, 'state' | 'network' | 'publishers'>,
  keyHex: string,
): boolean {
  if (!/^[0-9a-f]{64}$/.test(keyHex)) return false
  const key = Buffer.from(keyHex, 'hex')
  if (isFounder(network, key) || publishers.has(keyHex)) return true
  const owner = state.memberOf(nodeIdOf(key))?.ownerId
  return owner !== undefined && network.genesis.founders.some((one) => ownerIdOf(one) === owner)
}

export function createBundleShelf(deps: BundleShelfDeps): BundleShelf {
  const { bundles, publishers, published } = deps
  return {
    list: () =>
      [...published.list()].map(([digest, told]): BundleFacts => {
        // Of one that is here its own file is asked: what is told of it may be false.
        const here = bundles.known(digest)
        const entry = here ? entryOf(here) : told
        const id = parseDigest(digest)
        return {
          ...{ digest, ...entry, trusted: trustsPublisher(deps, entry.publisher) },
          ...(id && published.isOwn(id) && { here: true as const }),
        }
      }),
    async publish(content) {
      const bundle = await bundles.publish(content)
      const entry = entryOf(bundle)
      await published.note(bundle.digest, entry)
      return { digest: bundle.digest, ...entry, trusted: true }
    },
    async unpublish(text) {
      const digest = parseDigest(text)
      const others = digest ? published.others(digest) : []
      const named = others.map((id) => ({ id, name: deps.nameOf(id) }))
      if (!digest || !published.isOwn(digest)) throw notPublished(named)
      refuseInUse(deps.desired, digest)
      await published.withdraw(digest)
      return { digest, others: named }
    },
    publishers: publishers.list,
    onPublisher: publishers.subscribe,
    trust: async (key) => publishers.trust(keyHexOf(key)),
    untrust: async (key) => publishers.untrust(keyHexOf(key)),
  }
}

function notPublished(others: readonly { name: string }[]): MyceliumError {
  const by = others.map(({ name }) => name).join(', ')
  const message = by
    ? `This node has not published it: ${by} did, and withdraws it when told to there.`
    : 'This node has published no such bundle.'
  return new MyceliumError('NOT_FOUND', message)
}

/** A workload whose bundle nobody has to keep could not be started again elsewhere. */
function refuseInUse(desired: BundleShelfDeps['desired'], digest: Digest): void {
  if (!desired.isCurrent()) {
    const message = 'This node does not know yet what runs in the network. Try again in a moment.'
    throw new MyceliumError('UNAVAILABLE', message)
  }
  const { now, past } = usersOf(desired, digest)
  if (now.length + past.length === 0) return
  const why = [
    ...(now.length > 0 ? [`${now.join(', ')} ${now.length > 1 ? 'run' : 'runs'} it`] : []),
    ...(past.length > 0 ? [`${past.join(', ')} can go back to it`] : []),
  ]
  throw new MyceliumError('CONFLICT', `The bundle stays published: ${why.join('; ')}.`, {
    details: { reason: 'IN_USE', workloads: [...now, ...past] },
  })
}

function entryOf({ manifest, publisher, sizeBytes }: Bundle) {
  const { name, version } = manifest
  return { name, version, publisher, sizeBytes, needs: { ...needsFrom(manifest) } }
}

/** People and `bundle keygen` write keys as hex or base64. */
function keyHexOf(text: string): string {
  const key = Buffer.from(text, /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64')
  if (key.length !== 32) throw new MyceliumError('VALIDATION_ERROR', 'Not an Ed25519 public key.')
  return key.toString('hex')
}
