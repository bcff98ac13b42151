/** The blocks: those that are final, in order, and those that may become so. */
import { assert } from '../../../base/errors/index.ts'
import type { NetworkId } from '../../../identity/index.ts'
import type { LogIndex } from '../index.ts'
import { type Block, endOf } from './block.ts'
import type { Certificate } from './certificate.ts'
import { KEPT_BLOCKS_BYTES_MAX } from './limits.ts'
import { type BlockDigest, genesisDigest, type Height, type View } from './numbering.ts'

export interface FinalBlock {
  block: Block
  /** Undefined when it became final as another one's ancestor. */
  certificate: Certificate | undefined
}

/** What the next block is built on. */
export interface Tip {
  digest: BlockDigest
  height: Height
  /** The last entry of the log. */
  index: LogIndex
  /** The view of its block. */
  view: View
}

export interface Chain {
  /** The last final block, or the genesis. */
  readonly tip: Tip
  get(digest: BlockDigest): Block | undefined
  add(block: Block): void
  /**
   * The blocks from above the tip up to this one, or the digest of one that is missing, or
   * `conflict` when it does not lead to the tip.
   */
  pathTo(digest: BlockDigest): Block[] | { missing: BlockDigest } | 'conflict'
  /** The next block after the tip is final. */
  finalise(block: Block, certificate: Certificate | undefined): void
  /** The epoch has ended: what was built on top of the tip in it is void. */
  dropOpen(): void
  /** Blocks at hand that are not final. */
  open(): Iterable<Block>
  /** Final blocks, ascending, from this height on; undefined when it is no longer at hand. */
  finalFrom(height: Height, countMax: number): readonly FinalBlock[] | undefined
  /** All of them. */
  final(): readonly FinalBlock[]
  /** What is final starts again from here (undefined: from the genesis). */
  reset(base: Block | undefined): void
  /** A final block at or below the tip comes back from disk. */
  keep(kept: FinalBlock): void
  /** Forgets final blocks below this height, the oldest first, beyond what is kept for others. */
  forgetBelow(height: Height): void
}

/** `keptBytes`: of final blocks behind the last snapshot. */
export function createChain(network: NetworkId, keptBytes = KEPT_BLOCKS_BYTES_MAX): Chain {
  /** Not final. */
  const open = new Map<BlockDigest, Block>()
  let final: FinalBlock[] = []
  const finalByDigest = new Map<BlockDigest, Block>()
  const genesis: Tip = {
    digest: genesisDigest(network),
    height: 0 as Height,
    index: 0 as LogIndex,
    view: 0 as View,
  }
  let tip = genesis

  const tipOf = (block: Block): Tip => {
    return { digest: block.digest, height: block.height, index: endOf(block), view: block.view }
  }
  const append = (entry: FinalBlock): void => {
    final.push(entry)
    finalByDigest.set(entry.block.digest, entry.block)
  }

  return {
    get tip() {
      return tip
    },
    get: (digest) => open.get(digest) ?? finalByDigest.get(digest),
    add(block) {
      if (block.height > tip.height) open.set(block.digest, block)
    },
    open: () => open.values(),
    pathTo(digest) {
      const path: Block[] = []
      let at = digest
      while (at !== tip.digest) {
        if (finalByDigest.has(at)) return 'conflict'
        const block = open.get(at)
        if (!block) return { missing: at }
        path.push(block)
        at = block.parent
        if (block.height <= tip.height + 1 && at !== tip.digest) return 'conflict'
      }
      return path.reverse()
    },
    finalise(block, certificate) {
      assert(block.parent === tip.digest, 'Blocks become final one after the other.')
      append({ block, certificate })
      tip = tipOf(block)
      for (const [digest, other] of open) if (other.height <= tip.height) open.delete(digest)
    },
    dropOpen: () => open.clear(),
    finalFrom(height, countMax) {
      const first = final[0]?.block.height ?? tip.height + 1
      if (height < first) return undefined
      return final.slice(height - first, height - first + countMax)
    },
    final: () => final,
    reset(base) {
      final = []
      finalByDigest.clear()
      tip = base ? tipOf(base) : genesis
      for (const [digest, block] of open) if (block.height <= tip.height) open.delete(digest)
    },
    keep(kept) {
      assert(kept.block.height <= tip.height, 'Kept blocks are final.')
      append(kept)
    },
    forgetBelow(height) {
      let bytes = 0
      for (const { block } of final) if (block.height < height) bytes += block.bytes.byteLength
      let dropped = 0
      for (const { block } of final) {
        if (bytes <= keptBytes || block.height >= height) break
        bytes -= block.bytes.byteLength
        finalByDigest.delete(block.digest)
        dropped++
      }
      final = final.slice(dropped)
    },
  }
}
