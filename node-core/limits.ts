/** How many may wait while one has the key of this computer's owner sealed, which takes a core and 128 MiB. */
export const OWNER_EXPORTS_WAITING_MAX = 8
/** Until a node says again what bundles it holds, where that was not taken. Milliseconds. */
export const HELD_RETRY_MS = 30_000
