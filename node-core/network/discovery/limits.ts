/** Every bound of discovery. Sizes are in bytes, times in milliseconds. */

/** Connections to strive for, where the options say nothing. */
export const PEERS_TARGET_DEFAULT = 32
/** Nodes and bare addresses the plan remembers; those that failed most are forgotten first. */
export const CANDIDATES_MAX = 4_096
export const ADDRESSES_PER_CANDIDATE_MAX = 16
/** A multiaddr as text. */
export const ADDRESS_LENGTH_MAX = 256
/**
 * First dials under way at once. Few: when a whole network starts together, everyone dialling everyone
 * leaves no dial the time it needs.
 */
export const FIRST_DIALS_MAX = 3
/** With so many peers a node hears everything; further connections are made one by one, in no haste. */
export const PEERS_EAGER = 4
/** Between two of them, and the least pause while a crowd is coming. */
export const UNHURRIED_DIAL_MS = 1_500
/** Dials under way at once to those that did not answer before, which mostly wait. */
export const RETRIES_MAX = 12

/** Wait after the first failed dial; it doubles with each further one. */
export const RETRY_FIRST_MS = 1_000
/** The same while this node is alone: computers switched on together find each other's ports closed. */
export const RETRY_ALONE_FIRST_MS = 200
/** The longest wait while this node is alone. */
export const RETRY_ALONE_MAX_MS = 5_000
/** The longest wait for a node that may be back any moment. */
export const RETRY_MAX_MS = 30_000
/** After so many failures in a row a node is retried only now and then. */
export const RETRIES_BEFORE_PATIENCE = 20
/** Wait for a node that has been gone long, or that is of another network. */
export const RETRY_PATIENT_MS = 5 * 60_000
/** Of two nodes that hear of each other the one with the greater id waits this long to dial. */
export const COURTESY_MS = 700

/** How often the plan is looked at when nothing happens. */
export const DISCOVERY_INTERVAL_MS = 5_000
/** Time in which events that call for a look at the plan are gathered. */
export const WAKE_MS = 20
/** The first wait before a random peer is asked whom it knows; it doubles up to the interval. */
export const EXCHANGE_FIRST_MS = 2_000
/** How often a random peer is asked whom it knows, in the long run. */
export const EXCHANGE_INTERVAL_MS = 60_000
/** A peer is asked at once when it is one of the first so many. */
export const EXCHANGE_EAGER_PEERS = 3
/** Nodes told in one answer of `peers/1`. */
export const EXCHANGE_PEERS_MAX = 64
export const EXCHANGE_BYTES_MAX = 256 * 1024
export const EXCHANGE_TIMEOUT_MS = 5_000

/** Peers kept in `peers.cbor`. */
export const CACHED_PEERS_MAX = 512
/** Largest `peers.cbor` that is read. */
export const CACHE_BYTES_MAX = 4 << 20
/** Time in which changes are gathered before they are written. */
export const CACHE_WRITE_MS = 1_000
/** Between two looks at whether there is something to write while nothing changes. */
export const CACHE_LOOK_MS = 60_000

/** How often seed documents are read again: often while alone, seldom otherwise. */
export const SEED_ALONE_INTERVAL_MS = 30_000
export const SEED_INTERVAL_MS = 60 * 60_000
/** Time after the start until this node's own seed document is written. */
export const SEED_WRITE_FIRST_MS = 1_000
/** How often this node's own seed document is written at most. */
export const SEED_WRITE_MS = 60_000
