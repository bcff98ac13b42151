/** Body of a request that carries neither a bundle nor a value. */
export const BODY_BYTES_MAX = 1024 * 1024

/** A value of a key as base64, with what surrounds it. */
export const KEY_BODY_BYTES_MAX = 1_500_000

/** After a refused upload: how long what still comes in is thrown away before the line is cut. */
export const LINGER_MS = 1_000
