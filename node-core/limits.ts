/** How many may wait while one has the key of this computer's owner sealed, which takes a core and 128 MiB. */
export const OWNER_EXPORTS_WAITING_MAX = 8
/** Until a node says again what bundles it holds, where that was not taken. Milliseconds. */
export const HELD_RETRY_MS = 30_000
/** Who has which published port, as it is kept on disk: of each port there is. Bytes. */
export const PORT_HOLDERS_BYTES_MAX = 16_777_216
