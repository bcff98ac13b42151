/** Milliseconds in which changes of instances and nodes are gathered before it is placed anew. */
export const GATHER_MS = 20
/** Least time between two looks whether this node assigns, and while it is not yet known what peers run. Milliseconds. */
export const LOOK_MS = 250
/** Between two looks whether this node assigns while the Primary tells of nothing. Milliseconds. */
export const LOOK_SELDOM_MS = 10_000
/** How long a live node that has yet to register is waited for. Milliseconds. */
export const NEWCOMER_WAIT_MS = 5_000
/** Until what was proposed and is not in force is proposed again. Milliseconds. */
export const AGAIN_MS = 2_000
/** Commands under way; the rest waits for its turn. */
export const UNDERWAY_MAX = 64
