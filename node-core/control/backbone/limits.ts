/** How long a node has to have been heard before it is given a vote. Milliseconds. */
export const STEADY_MS = 10_000
/** How long a voter may be silent before somebody else takes its place. Milliseconds. */
export const GRACE_MS = 60_000
/** Voters of a Raft committee that fills itself: each write waits for a majority of them. */
export const RAFT_VOTERS_MAX = 7
/** Voters of a Simplex committee. */
export const SIMPLEX_VOTERS_MAX = 25
/** Label values that name a site are cut to this. UTF-16 units. */
export const SITE_LENGTH_MAX = 64
/** Entries a learner may be behind when it is given a vote. */
export const CATCH_UP_ENTRIES = 64
/** How long a learner may be silent before somebody else is asked. Milliseconds. */
export const LEARNER_SILENT_MS = 10_000
/** How long a learner may take in nothing, snapshots under way included. Milliseconds. */
export const HEADWAY_MS = 120_000
/** What a learner takes in of a snapshot at least, where nobody is told how far it has come. Bytes a millisecond. */
export const UNSEEN_BYTES_PER_MS = 64
/** How long one that made no headway is let alone. Milliseconds. */
export const STALLED_MS = 300_000
