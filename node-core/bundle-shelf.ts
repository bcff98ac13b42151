/** Published bundles, as the network's state tells of them, and whose are trusted. */
import { z } from 'zod'
import type { BundleFacts, BundleShelf } from './api/handlers/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import { type FoundedNetwork, isFounder, nodeIdOf, ownerIdOf } from './identity/index.ts'
import type { Publishers } from './publishers.ts'
import type { Bundles } from './work/bundles/index.ts'
import { needsFrom } from './work/spec/index.ts'

const BUNDLE_PREFIX = 'net/bundle/'
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

export interface BundleShelfDeps {
  state: Pick<ReplicatedState, 'get' | 'list' | 'put' | 'delete' | 'memberOf'>
  network: FoundedNetwork
  publishers: Pick<Publishers, 'list' | 'has' | 'trust' | 'untrust' | 'subscribe'>
  bundles: Pick<Bundles, 'publish'>
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
  const { state, bundles, publishers } = deps
  return {
    list: () =>
      state.list(BUNDLE_PREFIX).flatMap(({ key, value }): BundleFacts[] => {
        const entry = bundleEntry.safeParse(value)
        if (!entry.success) return []
        const trusted = trustsPublisher(deps, entry.data.publisher)
        return [{ digest: key.slice(BUNDLE_PREFIX.length), ...entry.data, trusted }]
      }),
    async publish(content) {
      const { manifest, digest, publisher, sizeBytes } = await bundles.publish(content)
      const { name, version } = manifest
      const needs = { ...needsFrom(manifest) }
      const entry = { name, version, publisher, sizeBytes, needs }
      await state.put(BUNDLE_PREFIX + digest, entry)
      return { digest, ...entry, trusted: true }
    },
    publishers: publishers.list,
    onPublisher: publishers.subscribe,
    trust: async (key) => publishers.trust(keyHexOf(key)),
    untrust: async (key) => publishers.untrust(keyHexOf(key)),
  }
}

/** People and `bundle keygen` write keys as hex or base64. */
function keyHexOf(text: string): string {
  const key = Buffer.from(text, /^[0-9a-fA-F]{64}$/.test(text) ? 'hex' : 'base64')
  if (key.length !== 32) throw new MyceliumError('VALIDATION_ERROR', 'Not an Ed25519 public key.')
  return key.toString('hex')
}
