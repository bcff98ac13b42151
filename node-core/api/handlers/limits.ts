/** Events kept for one reader that is behind; what comes on top is counted and told as missed. */
export const EVENT_QUEUE_MAX = 1_000

/** Readers of events at once. */
export const EVENT_READERS_MAX = 64

/** How long a list of nodes waits for what the committee's leader knows of them. */
export const LAG_WAIT_MS = 500
/** One value of a key. Bytes. */
export const VALUE_BYTES_MAX = 1_048_576

/** Looks at a key that goes and comes back while it is to be changed only if it is there. */
export const EXISTING_TRIES = 8

/** How long somebody waits for a lock until it asks anew, whatever it heard. */
export const LOCK_LOOK_MS = 5_000

/** Warnings and errors of this node that its diagnostics tell of. */
export const WARNINGS_MAX = 200

/** Of those who can give a right, how many a refusal names. */
export const ASKED_NAMES_MAX = 3

/** Of the computers whose host port is taken, how many `why` names. */
export const COMPUTERS_SAID_MAX = 3
