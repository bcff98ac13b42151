/** A question or an answer of `join`. Bytes; the mesh refuses more before it is read. */
export const MESSAGE_BYTES_MAX = 65_536
/** Questions that one stranger may ask per minute. */
export const QUESTIONS_PER_MINUTE_MAX = 30
/** Strangers whose questions are counted at once; beyond it the oldest count is forgotten. */
export const STRANGERS_COUNTED_MAX = 1_024
/** Owners that may wait for approval at once; more are asked to try later. */
export const WAITING_MAX = 64
/** How long an owner waits before the node it asked forgets the request. Milliseconds. */
export const WAITING_LIFETIME_MS = 14 * 86_400_000
/** Invites of this node that are remembered, the spent and the open ones. */
export const INVITES_KEPT_MAX = 1_000
/** Addresses told to a newcomer, or named in a seed document. */
export const ADDRESSES_MAX = 16
/** Largest seed document. Bytes. */
export const SEED_BYTES_MAX = 65_536
/** How long a seed document is good for. Milliseconds. */
export const SEED_LIFETIME_MS = 30 * 86_400_000
/** Certificates with less than this left are renewed. Milliseconds. */
export const RENEW_BEFORE_MS = 10 * 86_400_000
/** How often certificates are looked at. Milliseconds. */
export const RENEW_CHECK_PERIOD_MS = 3_600_000
/** From a removal to the cut of its connections, so that the removed hear of it. Milliseconds. */
export const REMOVAL_NOTICE_MS = 1_000
/** How often a newcomer asks whether it was approved. Milliseconds. */
export const POLL_PERIOD_MS = 5_000
/** After the registry and the shared state differ about an owner, until the leader's node writes it. Milliseconds. */
export const MIRROR_LEADER_MS = 3_000
/** The same for the nodes of other admins. Milliseconds. */
export const MIRROR_MS = 8_000
