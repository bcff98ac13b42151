/** What a node keeps for the network beyond what its workloads use, where its owner says nothing. Bytes. */
export const BUDGET_BYTES_DEFAULT = 20 * 1024 * 1024 * 1024
/** Copies of layers that nobody asked for are dropped after this: the engine has them. Milliseconds. */
export const COPY_IDLE_MS = 60 * 60_000
/** What a transfer left is dropped after this. Milliseconds. */
export const LEFTOVER_IDLE_MS = 24 * 60 * 60_000
/** A blob that was used so shortly ago is taken to be in use. Milliseconds. */
export const MOMENT_MS = 60_000
/** How often what is kept is looked at. Milliseconds. */
export const SWEEP_MS = 5 * 60_000
