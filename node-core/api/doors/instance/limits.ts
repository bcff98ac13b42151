/** Connections to other workloads that one instance has at once; more are refused with 429. */
export const PASSAGES_MAX = 256

/** Connections to other workloads that one instance opens in a second, for long. */
export const PASSAGES_PER_SECOND = 500

/** Connections that one instance holds open, those to others included; more are closed at once. */
export const CONNECTIONS_MAX = 32 + PASSAGES_MAX

/** Requests of one instance at once, watches and waits for locks included; more are refused with 429. */
export const REQUESTS_MAX = 32

/** Requests of one instance in a second, for long. */
export const REQUESTS_PER_SECOND = 500

/** Requests that it may make at once after it was quiet. */
export const REQUESTS_BURST = 1_000

/** Requests without the right token in a second; then the line is cut before they are read. */
export const STRANGERS_PER_SECOND = 20

/** Request line and headers. Bytes. */
export const HEADER_BYTES_MAX = 16 * 1024

/** Until the headers of a request have come. Milliseconds. */
export const HEADERS_TIMEOUT_MS = 10_000

/** Until its body has come. Milliseconds. */
export const REQUEST_TIMEOUT_MS = 60_000

/** Longest path of a socket that every system takes. Bytes. */
export const SOCKET_PATH_BYTES_MAX = 103

/** After secrets could not be written into the files of an instance that runs they are tried again. Milliseconds. */
export const SECRETS_RETRY_MS = 10_000
