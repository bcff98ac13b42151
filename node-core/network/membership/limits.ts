/** How often the detector looks at its deadlines. Milliseconds. */
export const TICK_MS = 200
/**
 * Between two probes of this node. Milliseconds, times one plus its doubt in itself. A process that
 * ends shows by its closed connections; probes are for machines that fall silent.
 */
export const PROBE_PERIOD_MS = 2_000
/** Until a direct probe counts as missed. Milliseconds, times one plus the doubt. */
export const PROBE_TIMEOUT_MS = 500
/** Until a probe through another member counts as missed. Milliseconds, times one plus the doubt. */
export const INDIRECT_TIMEOUT_MS = 1_000
/** Members asked to probe for us. */
export const HELPERS = 3
/** Probes of members without a connection under way at once, beyond which urgent ones wait. */
export const FAR_PROBES_MAX = 4
/** Misses of one member in a row, with no helper answering either, until they count against it. */
export const BLIND_MISSES = 2
/** Probes for others under way at once; more are refused. */
export const PROBES_FOR_OTHERS_MAX = 16
/** Probes that hints, hearsay and new members may add in one tick. */
export const URGENT_PROBES_PER_TICK = 5
/** Until a suspect is probed again by a node that missed it: it may have been a bad moment. Milliseconds. */
export const SUSPECT_PROBE_PERIOD_MS = 500
/** Between two probes of members without a connection, dead or alive. Milliseconds. */
export const FAR_PROBE_PERIOD_MS = 10_000

/** Shortest suspicion in a network of ten or fewer. Milliseconds; grows with the logarithm. */
export const SUSPICION_MS_MIN = 1_200
/** The longest suspicion, as a multiple of the shortest. */
export const SUSPICION_FACTOR_MAX = 6
/** Independent confirmations after which a suspicion is at its shortest. */
export const CONFIRMATIONS_WANTED = 3
/** Distinct observers whose doubt a node takes over without evidence of its own. */
export const HEARSAY_OBSERVERS = 3
/** Members closest to a node by hash that probe it when somebody doubts it. */
export const WATCHERS = 8
/** Between two probes of one node on hearsay. Milliseconds. */
export const HEARSAY_PROBE_PERIOD_MS = 2_000
/** Observers after which one more does not publish its doubt. */
export const OBSERVERS_ENOUGH = 5
/** How long a node has been connected before it publishes doubts. Milliseconds. */
export const CONNECTED_BEFORE_DOUBT_MS = 1_000
/** Between two refutations by this node. Milliseconds. */
export const REFUTE_PERIOD_MS = 500

/** The most a node doubts its own judgement: Lifeguard's multiplier. */
export const SELF_DOUBT_MAX = 8
/** Doubt in itself that makes a node wait twice as long before it passes a verdict. */
export const SELF_DOUBT_DOUBLING = 4
/** A tick later than this shows a slow machine. Milliseconds. */
export const LATE_TICK_MS = 250
/** A tick this late shows a very slow one. Milliseconds. */
export const VERY_LATE_TICK_MS = 1_000
/** After a gap this long the machine slept: everybody is forgiven first. Milliseconds. */
export const SLEPT_MS = 5_000

/** Between two publications of this node's links. Milliseconds. */
export const LINKS_PERIOD_MS = 10_000
/** Between two publications when only latencies have changed. Milliseconds. */
export const LINK_LATENCY_PERIOD_MS = 300_000
/** Links published. */
export const LINKS_MAX = 256
/** Doubts published. */
export const DOUBTS_MAX = 256
/** Addresses in a profile. */
export const ADDRESSES_MAX = 32
/** Labels in a profile. */
export const LABELS_MAX = 64
/** Longest text in a profile. Characters. */
export const TEXT_LENGTH_MAX = 256
/** Largest probe message. Bytes. */
export const PROBE_BYTES_MAX = 256

/** Members that come, each within a while of the one before, from which on they are a crowd. */
export const CROWD_MEMBERS_MIN = 4
/** Without a newcomer for so long a crowd has settled, on the first of its nodes. Milliseconds. */
export const CROWD_SETTLE_MS = 2_000
/** By how much the last of them goes on later, for each that came. Milliseconds. */
export const CROWD_SPREAD_MS = 300
/** The longest that anything waits for a crowd. Milliseconds. */
export const CROWD_MS_MAX = 30_000
