/** How often copies at other owners' nodes are looked at. Milliseconds. */
export const LOOK_MS = 60_000
/** What is told covers as much at least. Milliseconds. */
export const TOLD_MS = 3_600_000
/** What could not be told for so long is forgotten: it says nothing of how things are. Milliseconds. */
export const FORGOTTEN_MS = 10_800_000
/** Looks of which less would say nothing. */
export const LOOKS_MIN = 10
/** How long a node may take before a copy that it was given has to be there. Milliseconds. */
export const STARTING_MS = 300_000
/** Copies that are looked at; more of one owner's at others' are not. */
export const LOOKED_AT_MAX = 4_096
/** Changes come in crowds: whether there is anything to look at is asked so much later. Milliseconds. */
export const SOON_MS = 30_000
