/** Until a host outside has answered. Milliseconds. */
export const OUTSIDE_CONNECT_MS = 5_000
/** Addresses of one host that are tried. */
export const OUTSIDE_ADDRESSES_MAX = 4
/** One command of the firewall; others may hold its lock. Milliseconds. */
export const FIREWALL_MS = 20_000
/** Seconds that a command waits for the firewall's lock. */
export const FIREWALL_LOCK_S = 10
/** Bytes that one such command says. */
export const FIREWALL_OUTPUT_BYTES_MAX = 4 * 1024 * 1024
/** Between two looks at whether the rules still stand: other programs rewrite firewalls. Milliseconds. */
export const RULES_LOOK_MS = 60_000
/** Name servers of this computer that a workload with `all` may ask. */
export const NAME_SERVERS_MAX = 3
