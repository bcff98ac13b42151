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
/** After a job's time has come by this computer's clock, until it is looked whether the log's has too. Milliseconds. */
export const LATE_MS = 20
/** Between two looks for a job's time that is far off: clocks are set. Milliseconds. */
export const LOOK_AHEAD_MS_MAX = 60_000
/** By how much the log's time is behind this computer's clock when it has rested. Milliseconds. */
export const RESTED_MS = 1_000
/** How long a run that is to begin now waits for the log's time to move on, at most. Milliseconds. */
export const TIME_WAIT_MS = 3_000
/** Between two looks whether it has. Milliseconds. */
export const TIME_LOOK_MS = 50
/** Between two words of a voter that a job's time has come. Milliseconds. */
export const TICK_AGAIN_MS = 500
/** Commands under way; the rest waits for its turn. */
export const UNDERWAY_MAX = 64
/** Between two looks at the load of what is scaled, or takes over by shares. Milliseconds. */
export const LOOK_LOAD_MS = 2_500
