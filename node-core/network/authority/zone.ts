/** The network's name as a DNS label, and the names its workloads have below it. Pure. */
import type { FoundedNetwork } from '../../identity/index.ts'

/** RFC 1035 §2.3.4. */
const LABEL_LENGTH_MAX = 63

/** What stands for the network in host names: `Ärzte am Park` is `arzte-am-park`. */
export function labelOf({ id, genesis }: Pick<FoundedNetwork, 'id' | 'genesis'>): string {
  const plain = genesis.name.normalize('NFKD').replace(/\p{Mark}/gu, '')
  const label = plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LABEL_LENGTH_MAX)
    .replace(/^-+|-+$/g, '')
  // A name without a single letter of that alphabet, or one that other rules read (RFC 5890 §2.3.1).
  return label === '' || label.startsWith('xn-') ? `net-${id.slice(0, 8)}` : label
}

/** Browsers resolve the first to this computer by themselves; the second is for a DNS of one's own. */
export function zonesOf(label: string): readonly string[] {
  return [`${label}.localhost`, `${label}.internal`]
}
