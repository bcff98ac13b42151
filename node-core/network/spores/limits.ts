/** Every bound of spore documents. Sizes are in bytes, times in milliseconds. */
import { CHAIN_BYTES_MAX } from '../../control/succession/index.ts'

/** Largest spore document, signatures and chain included. */
export const SPORE_BYTES_MAX = 524_288
/** What one says, so that genesis, chain and signatures have room beside it. */
export const SPORE_CONTENT_BYTES_MAX = SPORE_BYTES_MAX - CHAIN_BYTES_MAX - 32_768
/** Nodes that one names: voters first, then those that stay. */
export const SPORE_NODES_MAX = 512
/** Owners that one names. */
export const SPORE_OWNERS_MAX = 512
/** Removed owners, and removed nodes, that one names: the latest. */
export const SPORE_REMOVED_MAX = 1_024
/** Addresses of one node. */
export const SPORE_ADDRESSES_MAX = 4
/** One address as text. */
export const SPORE_ADDRESS_LENGTH_MAX = 256
/** How long a document that was read from a seed counts. */
export const SPORE_LIFETIME_MS = 90 * 86_400_000
/** After so long one is published anew though nothing has changed. */
export const SPORE_REFRESH_MS = 7 * 86_400_000
/** Editions of one entry that a voter signs beyond the newest it holds. */
export const SPORE_EDITIONS_AHEAD_MAX = 1_000
/** How far the date of a document may be from what a voter's clock shows. */
export const SPORE_CLOCKS_APART_MS = 86_400_000
/** Entries by which one may be ahead of a copy that has what the committee has. */
export const SPORE_ENTRIES_AHEAD_MAX = 10_000

/** How often a node looks whether there is something to publish. */
export const PUBLISH_LOOK_MS = 5_000
/** Until a voter that does not sign is passed over. */
export const SIGN_TIMEOUT_MS = 3_000
/** Times that a claim is made again where somebody wrote in between. */
export const CLAIM_TRIES_MAX = 5
/** Admins' nodes that are asked to sign for a committee. */
export const ADMINS_ASKED_MAX = 8
/** How often a random peer is asked for a newer document. */
export const SPORE_ASK_MS = 10_000
/** Largest question of `spore/1`: a document to be signed. */
export const SPORE_QUESTION_BYTES_MAX = SPORE_BYTES_MAX
