/** Bytes kept of one instance's log. */
export const LOG_BYTES_MAX = 8 * 1024 * 1024
/** Bytes of one file of a log; the oldest one goes when there is no more room. */
export const LOG_SEGMENT_BYTES_MAX = 512 * 1024
/** Bytes kept of all logs of this node together. */
export const LOG_NODE_BYTES_MAX = 256 * 1024 * 1024
/** Logs of instances that are gone, kept at the same time. */
export const LOG_GONE_MAX = 500
/** Milliseconds for which the log of an instance that is gone is kept. */
export const LOG_GONE_MS = 7 * 24 * 3_600_000
/** Milliseconds between two looks at which logs are too old. */
export const LOG_SWEEP_MS = 3_600_000
/** Bytes of what is known of one log beside its lines. */
export const LOG_FACTS_BYTES_MAX = 4_096
/** Lines of one instance that are kept in a second, on average. */
export const LOG_LINES_PER_SECOND_MAX = 2_000
/** Lines that may come at once after some quiet. */
export const LOG_LINES_BURST_MAX = 10_000
/** Bytes of one instance that are kept in a second, on average. */
export const LOG_BYTES_PER_SECOND_MAX = 1024 * 1024
/** Bytes that may come at once after some quiet. */
export const LOG_BYTES_BURST_MAX = 4 * 1024 * 1024
/** Milliseconds between two words in a log on what was left out of it, while an instance writes on. */
export const LOG_NOTE_MS = 2_000
/** Milliseconds without a line after which an instance that wrote too much has gone quiet. */
export const LOG_QUIET_MS = 300
/** The newest lines that are kept of what is over the bounds, each time it goes quiet or that long. */
export const LOG_HELD_BACK_MAX = 1_000
/** Bytes of those. */
export const LOG_HELD_BACK_BYTES_MAX = 256 * 1024
/** Milliseconds without output for which what an instance wrote last is waited for before it is removed. */
export const LOG_DRAIN_MS = 1_000
/** The longest such wait while output comes. Milliseconds. */
export const LOG_DRAIN_MS_MAX = 10_000
/** Milliseconds before output that broke off is read again, at first; then ever longer. */
export const LOG_RETRY_MS_MIN = 500
/** The longest such wait. */
export const LOG_RETRY_MS_MAX = 30_000

/** Bytes of a question for logs. */
export const LOG_QUESTION_BYTES_MAX = 2_048
/** Bytes of one log line on the wire; longer ones are cut. */
export const LOG_LINE_BYTES_MAX = 65_536
/** Bytes of lines that are sent together. */
export const LOG_FRAME_BYTES_MAX = 256 * 1024
/** Lines of history in one answer, unless all of it is asked for. */
export const LOG_TAIL_MAX = 100_000
/** Logs of one other node that a reader who does not follow has open at a time. */
export const LOG_READ_AT_ONCE_MAX = 8
/** Lines of a page of such a log, where all of it is read beside many others: more than a copy has. */
export const LOG_PAGE_LINES_MAX = 4_000
/** Bytes of such a page; a copy has fewer too. */
export const LOG_PAGE_BYTES_MAX = 1024 * 1024
/** Lines that are held to be put in order while several logs are followed. */
export const LOG_HELD_MAX = 10_000
/** Letters of a text that lines are looked through for. */
export const LOG_GREP_LENGTH_MAX = 256
/** Log readers of other nodes served at the same time. */
export const LOG_STREAMS_MAX = 64
/** Of those, readers of one other node. */
export const LOG_STREAMS_PER_PEER_MAX = 24
/** Milliseconds for which a followed line waits for earlier ones of other instances. */
export const LOG_MERGE_MS = 150
/** Milliseconds before the log of an instance that ended is asked for again. */
export const LOG_REOPEN_MS = 1_000
/** Logs that a node names in one answer. */
export const LOG_LIST_MAX = 500
/** Nodes that are asked which logs they hold. */
export const LOG_ASKED_MAX = 128
/** Milliseconds that they have to answer. */
export const LOG_LIST_MS = 3_000
/** Other nodes that keep a copy of the end of a log. */
export const LOG_COPIES = 2
/** Bytes of the end of a log that are kept there. */
export const LOG_COPY_BYTES_MAX = 64 * 1024
/** Lines of which that end is taken. */
export const LOG_COPY_LINES_MAX = 1_000
/** Milliseconds between two renewals of copies while something is written. */
export const LOG_COPY_MS = 2_000
/** Bytes that are sent in one renewal of all copies together. */
export const LOG_COPY_ROUND_BYTES_MAX = 1024 * 1024
/** Logs whose copies are looked after again in one renewal, beside those that something was added to. */
export const LOG_COPY_AGAIN_MAX = 50
/** Bytes that are sent for those. */
export const LOG_COPY_AGAIN_BYTES_MAX = 256 * 1024
/** Milliseconds that a node which stops takes to hand over what came last. */
export const LOG_COPY_LAST_MS = 5_000
/** Milliseconds that a node has to take a copy. */
export const LOG_COPY_ANSWER_MS = 5_000
/** Milliseconds after which holders are told again that an instance which says nothing is still there. */
export const LOG_TELL_MS = 24 * 3_600_000
/** Milliseconds between two notes on disk that the node of a copy was heard about it. */
export const LOG_HEARD_MS = 3_600_000
/** Bytes kept of all copies for others. */
export const LOG_COPIES_BYTES_MAX = 32 * 1024 * 1024
/** Bytes kept of copies for one other node. */
export const LOG_COPIES_NODE_BYTES_MAX = 4 * 1024 * 1024
