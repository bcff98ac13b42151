/** Longest key. Characters. */
export const KEY_LENGTH_MAX = 256
/** Largest value, encoded. Bytes. */
export const VALUE_BYTES_MAX = 65_536
/** Largest signed record: a value and what surrounds it. Bytes. */
export const RECORD_BYTES_MAX = VALUE_BYTES_MAX + 1_024
/** Keys whose latest record is one author's, tombstones included. */
export const KEYS_PER_AUTHOR_MAX = 4_096
/** Records that a removal or a grant names, 16 bytes each: a value holds them and a chain. */
export const LINE_RECORDS_MAX = 3_000
/** `net/` keys that this node's owner adds to, tombstones included. */
export const NET_KEYS_MAX = 20_000
/** `net/` keys held when others add them at the same time, or ignore the limit. */
export const NET_KEYS_HELD_MAX = 2 * NET_KEYS_MAX
/** Streams that a node follows. */
export const AUTHORS_MAX = 4_096
/** Streams of one owner that a node follows once half of the places are taken. */
export const AUTHORS_PER_OWNER = AUTHORS_MAX / 16
/** Largest delta: its records and the credentials they need. Bytes. */
export const DELTA_BYTES_MAX = 262_144
/** Largest anti-entropy message: a digest of every author, and a delta. Bytes. */
export const MESSAGE_BYTES_MAX = 1_048_576
/** Largest push; what is over it travels by anti-entropy. Bytes. */
export const PUSH_BYTES_MAX = 98_304
/** Records in one push. */
export const PUSH_RECORDS_MAX = 64
/** Largest credential taken from a peer. Bytes. */
export const CREDENTIAL_BYTES_MAX = 16_384
/** Credentials in one delta. */
export const DELTA_CREDENTIALS_MAX = 512
/** Credentials named in a digest. */
export const DIGEST_CREDENTIALS_MAX = 8_192
/** Highest incarnation, counter and generation; far beyond any life, below the safe integers. */
export const SEQUENCE_MAX = 2 ** 48

/** Digests in which a stream's marks agree and its contents do not, until it is fetched again. */
export const MISMATCHES_BEFORE_REPAIR = 2
/** Disagreeing digests that are let pass after a repair, so that a liar cannot keep us busy. */
export const MISMATCHES_FORGIVEN_AFTER_REPAIR = 8

/** Between two rounds of anti-entropy while things change. Milliseconds. */
export const ROUND_MS = 1_000
/** Until the next round after one that brought something: news spreads from node to node. Milliseconds. */
export const ROUND_EAGER_MS = 200
/** Between two rounds once everybody agrees. Milliseconds. */
export const ROUND_IDLE_MS_MAX = 5_000
/** Growth of that pause for each round that found nothing. */
export const ROUND_IDLE_FACTOR = 1.5
/** Until a peer's answer is given up. Milliseconds. */
export const ROUND_TIMEOUT_MS = 3_000
/** Exchanges with one peer in one round, each at most one delta each way. */
export const EXCHANGES_PER_ROUND_MAX = 256
/** Rounds under way at once. */
export const ROUNDS_AT_ONCE_MAX = 3
/** Between two pushes; what is written meanwhile goes along. Milliseconds. */
export const PUSH_GAP_MS = 10
/** Records verified before the event loop gets a turn. */
export const VERIFY_SLICE = 32
/** Credentials verified before the event loop gets a turn; each is a chain of signatures. */
export const CREDENTIAL_SLICE = 8
/** Writes put on disk in one transaction. */
export const WRITE_BATCH_MAX = 256
/** Until a write that the disk refused is tried again. Milliseconds. */
export const SAVE_RETRY_MS = 1_000
/** Writes waiting for the disk. */
export const WRITES_WAITING_MAX = 10_000

/** How often this node looks for tombstones of its own to collect. Milliseconds. */
export const GC_INTERVAL_MS = 600_000
/** How long it keeps them at least. Milliseconds. */
export const TOMBSTONE_TTL_MS = 3_600_000
/** Fewer of them are not worth writing the rest anew. */
export const TOMBSTONES_BEFORE_GC = 32
/** Until going above an earlier life is tried again, where the disk refused it. Milliseconds. */
export const RECLAIM_RETRY_MS = 5_000
/** Times a node goes above its own stream before it takes another node for its twin. */
export const RECLAIMS_MAX = 3
/** How often each of two with one key speaks above the other. Milliseconds. */
export const TWIN_TURN_MS = 60_000
/** Quiet of the other after which it is taken to have ended: more than two of its turns. Milliseconds. */
export const TWIN_GONE_MS = 180_000
/** How often that is looked at, while there are two. Milliseconds. */
export const TWIN_LOOK_MS = 5_000
