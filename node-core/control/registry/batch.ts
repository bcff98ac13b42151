/**
 * A batch: one author's commands under one signature, and the entry of the log that carries several.
 * This is the registry's edge: whatever gets past `openBatch` was signed by its author.
 */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  type FoundedNetwork,
  type NetworkId,
  nodeIdOf,
  openEnvelope,
  ownerIdOf,
  type Signer,
  sealEnvelope,
  type Verify,
} from '../../identity/index.ts'
import type { KeyIds } from './authors.ts'
import { BATCH_VERSION, readBatch } from './batch-form.ts'
import type { Run } from './kind.ts'
import {
  BATCH_BYTES_MAX,
  BATCH_COMMANDS_MAX,
  ENTRY_BATCHES_MAX,
  ENTRY_BYTES_MAX,
} from './limits.ts'
import { type Command, RELEASE, type Release } from './release.ts'
import { bytesUpTo, positive } from './shapes.ts'

/** Where a batch stands among its author's. A command's id is (author, incarnation, number). */
export interface BatchHead {
  /** Higher in each life of the author's program; unlike in any other program with its key. */
  incarnation: number
  /** The number of the first command; the others count on. From 1. */
  first: number
  /** Results up to this number have been received and may be forgotten. Below `first`. */
  settled: number
  /** The author's clock, since the Unix epoch. */
  timeMs: number
}

/** Made in this file alone, of what was signed. */
export interface VerifiedBatch extends BatchHead {
  readonly ids: KeyIds
  readonly commands: readonly VerifiedCommand[]
  readonly [verified]: true
}

export interface VerifiedCommand {
  readonly kind: string
  /** The version from which the kind is known; infinite for one that this release does not know. */
  readonly since: number
  /** Undefined for a malformed one. */
  readonly run: Run | undefined
}

export type BatchErrorCode =
  /** Over its bound in bytes or commands. */
  | 'BATCH_TOO_LARGE'
  /** Not a signed batch in its only permitted form, or the signature does not hold. */
  | 'BATCH_INVALID'
  /** Of a form that no release in force writes. */
  | 'BATCH_UNKNOWN_VERSION'

/** So that only this file can say that a batch was verified. */
const verified: unique symbol = Symbol('verified')
/** Of an entry. */
const VERSION = 1

const VERSIONED = z.looseObject({ v: positive })
const ENTRY = z.tuple([
  z.literal(VERSION),
  z.array(bytesUpTo(BATCH_BYTES_MAX)).max(ENTRY_BATCHES_MAX),
])

/** Throws BATCH_TOO_LARGE. */
export function sealBatch(
  signer: Signer,
  network: NetworkId,
  head: BatchHead,
  commands: readonly Command[],
): Uint8Array {
  return seal(signer, network, head, commands).bytes
}

/** With what everybody else will read in it: its signature was made here. Throws BATCH_TOO_LARGE. */
export function sealOpened(
  signer: Signer,
  network: FoundedNetwork,
  head: BatchHead,
  commands: readonly Command[],
  release: Release = RELEASE,
): { bytes: Uint8Array; batch: VerifiedBatch | undefined } {
  const { bytes, payload } = seal(signer, network.id, head, commands)
  const read = readContent(
    network,
    signer.publicKey,
    decode(payload, { bytesMax: BATCH_BYTES_MAX }),
    release,
  )
  return { bytes, batch: 'code' in read ? undefined : read }
}

function seal(signer: Signer, network: NetworkId, head: BatchHead, commands: readonly Command[]) {
  const { incarnation, first, settled, timeMs } = head
  const list = commands.map(({ kind, body }) => [kind, body])
  const payload = encode({ v: BATCH_VERSION, incarnation, first, settled, timeMs, commands: list })
  const bytes = sealEnvelope(signer, 'command', network, payload)
  if (commands.length > BATCH_COMMANDS_MAX || bytes.byteLength > BATCH_BYTES_MAX) {
    throw refusal('BATCH_TOO_LARGE')
  }
  return { bytes, payload }
}

export interface OpeningOptions {
  /** Default: the kinds that this program knows. */
  release?: Release | undefined
  /** Default: the rule on signatures. */
  verify?: Verify | undefined
}

/**
 * Checks size, form and signature, the proofs inside commands included. A command that is malformed
 * or of an unknown kind is refused when it is applied; it does not spoil the batch.
 */
export function openBatch(
  network: FoundedNetwork,
  bytes: Uint8Array,
  { release = RELEASE, verify }: OpeningOptions = {},
): VerifiedBatch | { code: BatchErrorCode } {
  if (bytes.byteLength > BATCH_BYTES_MAX) return { code: 'BATCH_TOO_LARGE' }
  const opened = openOrRefuse(network, bytes, verify)
  if (!opened) return { code: 'BATCH_INVALID' }
  return readContent(network, opened.key, opened.content, release)
}

/** What was signed by `key`. */
function readContent(
  network: FoundedNetwork,
  key: Uint8Array,
  content: unknown,
  release: Release,
): VerifiedBatch | { code: BatchErrorCode } {
  const batch = readBatch(content)
  if (!batch) return { code: isOfOtherVersion(content) ? 'BATCH_UNKNOWN_VERSION' : 'BATCH_INVALID' }
  const { v: _, commands, ...head } = batch
  const origin = { network, key }
  const read = commands.map(([name, body]): VerifiedCommand => {
    const kind = release.kinds.get(name)
    return {
      kind: name,
      since: kind?.since ?? Number.POSITIVE_INFINITY,
      run: kind?.read(body, origin),
    }
  })
  const ids = { owner: ownerIdOf(key), node: nodeIdOf(key) }
  return { ...head, ids, commands: read, [verified]: true }
}

function isOfOtherVersion(content: unknown): boolean {
  const { data } = VERSIONED.safeParse(content)
  return data !== undefined && data.v !== BATCH_VERSION
}

export interface DescribedBatch extends BatchHead {
  ids: KeyIds
  commands: readonly { kind: string; body: unknown }[]
}

/** What a batch asked for, for people to read. Undefined for bytes that are no signed batch. */
export function describeBatch(
  network: FoundedNetwork,
  bytes: Uint8Array,
): DescribedBatch | undefined {
  const opened = bytes.byteLength > BATCH_BYTES_MAX ? undefined : openOrRefuse(network, bytes)
  const batch = opened && readBatch(opened.content)
  if (!opened || !batch) return undefined
  const { v: _, commands, ...head } = batch
  const ids = { owner: ownerIdOf(opened.key), node: nodeIdOf(opened.key) }
  return { ...head, ids, commands: commands.map(([kind, body]) => ({ kind, body })) }
}

/** The payload of one entry of the log. Throws BATCH_TOO_LARGE. */
export function encodeEntry(batches: readonly Uint8Array[]): Uint8Array {
  const bytes = encode([VERSION, batches])
  if (batches.length > ENTRY_BATCHES_MAX || bytes.byteLength > ENTRY_BYTES_MAX) {
    throw refusal('BATCH_TOO_LARGE')
  }
  return bytes
}

/**
 * The batches of an entry, as they were sealed; each is opened by itself. Undefined for bytes that are
 * no entry: whoever led wrote them, and everybody passes over them alike.
 */
export function parseEntry(payload: Uint8Array): Uint8Array[] | undefined {
  try {
    return ENTRY.safeParse(decode(payload, { bytesMax: ENTRY_BYTES_MAX })).data?.[1]
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}

function openOrRefuse(network: FoundedNetwork, bytes: Uint8Array, verify?: Verify) {
  try {
    const { key, payload } = openEnvelope('command', network.id, bytes, {
      ...{ bytesMax: BATCH_BYTES_MAX, verify },
    })
    return { key, content: decode(payload, { bytesMax: BATCH_BYTES_MAX }) }
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}

function refusal(code: BatchErrorCode): MyceliumError<BatchErrorCode> {
  return new MyceliumError(code, 'The batch or entry is too large.')
}
