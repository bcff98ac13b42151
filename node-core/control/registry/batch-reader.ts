/**
 * Opens batches, and remembers what it opened until it is applied: whoever is handed a batch checks
 * it before it is proposed, and meets it again in the log. A batch's bytes are its name, so a
 * signature is checked once for each, by whoever did not make it.
 */
import { hash } from 'node:crypto'
import { createRecent } from '../../base/recent/index.ts'
import type { FoundedNetwork, Signer } from '../../identity/index.ts'
import {
  type BatchErrorCode,
  type BatchHead,
  type OpeningOptions,
  openBatch,
  sealOpened,
  type VerifiedBatch,
} from './batch.ts'
import { REMEMBERED_BATCHES_MAX, REMEMBERED_BYTES_MAX } from './limits.ts'
import type { Command } from './release.ts'

export interface BatchReader {
  /** By one of this node's own keys. Throws BATCH_TOO_LARGE. */
  seal(signer: Signer, head: BatchHead, commands: readonly Command[]): Uint8Array
  /** For one that will come in the log. */
  open(bytes: Uint8Array): VerifiedBatch | { code: BatchErrorCode }
  /** For one that has: it is remembered no longer. */
  take(bytes: Uint8Array): VerifiedBatch | { code: BatchErrorCode }
}

export function createBatchReader(
  network: FoundedNetwork,
  options: OpeningOptions = {},
): BatchReader {
  // The oldest gives way: it is opened once more, should it come.
  const remembered = createRecent<string, VerifiedBatch>({
    countMax: REMEMBERED_BATCHES_MAX,
    bytesMax: REMEMBERED_BYTES_MAX,
  })

  return {
    seal(signer, head, commands) {
      const { bytes, batch } = sealOpened(signer, network, head, commands, options.release)
      if (batch) remembered.remember(nameOf(bytes), batch, bytes.byteLength)
      return bytes
    },
    open(bytes) {
      const name = nameOf(bytes)
      const known = remembered.get(name)
      if (known) return known
      const opened = openBatch(network, bytes, options)
      if (!('code' in opened)) remembered.remember(name, opened, bytes.byteLength)
      return opened
    },
    take: (bytes) =>
      (remembered.size() > 0 && remembered.forget(nameOf(bytes))) ||
      openBatch(network, bytes, options),
  }
}

function nameOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64')
}
