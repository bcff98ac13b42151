/** Between two ticks of an engine, where the options say nothing. Milliseconds. */
export const TICK_MS = 100

/** Largest message between two engines. Bytes. */
export const MESSAGE_BYTES_MAX = 4_194_304
/** Messages waiting for one peer; the oldest give way. */
export const QUEUE_MESSAGES_MAX = 4_096
/** Their bytes, or one message that alone is larger. Bytes. */
export const QUEUE_BYTES_MAX = 16_777_216
/** Messages handed to a peer's stream at once, or one that alone is larger. Bytes. */
export const WRITE_BYTES = 262_144
/** Until a peer that takes nothing is given up and its stream opened anew. Milliseconds. */
export const WRITE_TIMEOUT_MS = 5_000
/** After a stream failed, until the next is opened to the same peer. Milliseconds. */
export const REOPEN_MS = 200
/** Until the stream to a peer that nothing is said to is closed. Milliseconds. */
export const LINE_IDLE_MS = 60_000
/** Between the campaigns of two voters that have lost their leader. Milliseconds. */
export const CAMPAIGN_TURN_MS = 200
/** Until every voter is likely to have seen that the leader's connections ended, and twice that until the first asks. Milliseconds. */
export const SEEN_MS = 8
/** Campaigns after a leader was lost, until the next waits for an election timeout. */
export const CAMPAIGNS_MAX = 5
/** Between two lines of the log on who leads. Milliseconds. */
export const LEAD_TOLD_MS = 5_000
/** Views of Simplex in a row that may end without an agreement before the log says so. */
export const VIEWS_IN_VAIN = 10
/** How long a peer is not listened to after a message that no honest one sends. Milliseconds. */
export const REJECTED_MS = 1_000
/** Peers whose rejection is remembered. */
export const REJECTED_PEERS_MAX = 4_096

/** How long after a round a leader waits for proposals of those whose proposals it held. Milliseconds. */
export const OTHERS_MS = 24

/** Proposals without a fate; more are refused as BUSY. */
export const PROPOSALS_WAITING_MAX = 65_536
/** Reads without an answer; more are refused as BUSY. */
export const READS_WAITING_MAX = 65_536
/** Ticks for which a question without an answer holds up those that were asked after it. */
export const QUESTION_TICKS = 3
/** Ticks until a read that was lost is given up and not asked again. */
export const READ_TICKS_MAX = 50
/** Committed payload that waits for the state machine before the engine waits too. Bytes. */
export const APPLY_BYTES_MAX = 16_777_216
/** From there on proposals are refused as BUSY. Bytes. */
export const APPLY_BYTES_BUSY = 8_388_608

/** Entries applied since the last compaction that make the next one due. */
export const COMPACT_ENTRIES = 100_000
/** Growth of the log since then that does, if it has also doubled. Bytes. */
export const COMPACT_BYTES = 33_554_432
