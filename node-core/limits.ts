/** How many may wait while one has the key of this computer's owner sealed, which takes a core and 128 MiB. */
export const OWNER_EXPORTS_WAITING_MAX = 8
