/** Ticks without word from a leader until a follower may campaign; the wait is random up to twice that. */
export const ELECTION_TICKS = 10
/** Ticks between two heartbeats of a leader. */
export const HEARTBEAT_TICKS = 1
/** Heartbeats in a row by which a log is found to be older than what its node acknowledged. */
export const STALE_HEARTBEATS = 5
/** Ticks by which a leader's lease ends before the earliest election, for drift and rounding. */
export const LEASE_MARGIN_TICKS = 3

/** Largest payload of one proposal: a batch with one value of the largest size. Bytes. */
export const PAYLOAD_BYTES_MAX = 1_310_720
/** Entries' bytes in one append, or one entry if it alone is larger. Bytes. */
export const APPEND_BYTES_MAX = 262_144
/** Proposals that no longer wait for entries on their way to a quorum. Bytes. */
export const GATHER_BYTES = 65_536
/** Entries in one message. */
export const APPEND_ENTRIES_MAX = 16_384
/** What an entry weighs besides its payload. Bytes. */
export const ENTRY_OVERHEAD_BYTES = 24
/** Largest message between engines. Bytes. */
export const MESSAGE_BYTES_MAX = 2_097_152
/** Appends on their way to one follower without an answer. */
export const INFLIGHT_MESSAGES_MAX = 256
/** Payload on its way to one follower without an answer. Bytes. */
export const INFLIGHT_BYTES_MAX = 4_194_304
/** Payload that a leader holds uncommitted; what is over it is refused as BUSY. Bytes. */
export const UNCOMMITTED_BYTES_MAX = 16_777_216
/** Entries' bytes delivered by one Ready. Bytes. */
export const COMMITTED_BYTES_MAX = 1_048_576

/** State in one message of a snapshot. Bytes. */
export const SNAPSHOT_CHUNK_BYTES_MAX = 131_072
/** Chunks sent before the first of them is acknowledged. */
export const SNAPSHOT_CHUNKS_AHEAD = 4
/** Largest state of a snapshot. Bytes. */
export const SNAPSHOT_BYTES_MAX = 268_435_456
/** Ticks without progress until a chunk is sent again. */
export const SNAPSHOT_RETRY_TICKS = 10
/** Times a chunk is sent again without an answer, until others have their turn before its receiver. */
export const SNAPSHOT_RETRIES_MAX = 5
/** Snapshots under way to other nodes at once; others wait for a place. */
export const SNAPSHOTS_AT_ONCE_MAX = 4

/** Entries kept behind a snapshot, so that a follower a little behind needs no snapshot. */
export const TRAILING_ENTRIES_MAX = 1_024
/** Their bytes. */
export const TRAILING_BYTES_MAX = 1_048_576

/** Voters of one configuration. */
export const VOTERS_MAX = 25
/** Nodes of one configuration, learners included. */
export const MEMBERS_MAX = 4_096
/** Proposals without a fate; more are refused as BUSY. */
export const PROPOSALS_WAITING_MAX = 65_536
/** Reads without an answer; more are answered as lost. */
export const READS_WAITING_MAX = 65_536
/** Rounds of reads that a leader keeps for itself and its followers; more are not answered. */
export const READ_ROUNDS_MAX = 1_024
/** Ticks until a read without an answer is given up as lost. */
export const READ_TICKS_MAX = 20
/** Length of the context that a read goes by. Characters. */
export const READ_CONTEXT_LENGTH_MAX = 48

/** Highest term and index; far beyond any life, below the safe integers. */
export const SEQUENCE_MAX = 2 ** 48
