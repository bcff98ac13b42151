/** Published bundles, as the network's state tells of them, and whose are trusted. */
import type { BundleFacts, BundleShelf } from './api/handlers/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import { type FoundedNetwork, isFounder, nodeIdOf, ownerIdOf } from './identity/index.ts'
import type { PublishedBundles } from './published-bundles.ts'
import type { Publishers } from './publishers.ts'
import type { Bundle, Bundles } from './work/bundles/index.ts'
import { needsFrom } from './work/spec/index.ts'

export interface BundleShelfDeps {
  state: Pick<ReplicatedState, 'memberOf'>
  network: FoundedNetwork
  publishers: Pick<Publishers, 'list' | 'has' | 'trust' | 'untrust' | 'subscribe'>
  bundles: Pick<Bundles, 'publish' | 'known'>
  published: Pick<PublishedBundles, 'list' | 'note'>
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
        return { digest, ...entry, trusted: trustsPublisher(deps, entry.publisher) }
      }),
    async publish(content) {
      const bundle = await bundles.publish(content)
      const entry = entryOf(bundle)
      await published.note(bundle.digest, entry)
      return { digest: bundle.digest, ...entry, trusted: true }
    },
    publishers: publishers.list,
    onPublisher: publishers.subscribe,
    trust: async (key) => publishers.trust(keyHexOf(key)),
    untrust: async (key) => publishers.untrust(keyHexOf(key)),
  }
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
