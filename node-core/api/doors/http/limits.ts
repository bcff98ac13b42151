/** Port of the API unless told otherwise. */
export const API_PORT = 7_780

/** A published bundle. */
export const BUNDLE_BYTES_MAX = 512 * 1024 * 1024

/** Request line and headers. */
export const HEADER_BYTES_MAX = 16 * 1024

/** Open connections; further ones are closed at once. */
export const CONNECTIONS_MAX = 512

/** Until the headers of a request have come. */
export const HEADERS_TIMEOUT_MS = 10_000

/** Until a bundle has come; other bodies are small. */
export const REQUEST_TIMEOUT_MS = 600_000

/** One message on `/api/rpc`; a bundle goes by POST. */
export const RPC_MESSAGE_BYTES_MAX = 4 * 1024 * 1024

/** One message on `/api/ws/events`: a token and a list of topics. */
export const EVENTS_MESSAGE_BYTES_MAX = 4 * 1024

/** WebSockets that have shown the token, at once. */
export const SOCKETS_MAX = 128

/** Beside these, those that have not yet shown it (the oldest gives way), and as many that are told to go. */
export const SOCKETS_UNKNOWN_MAX = 16

/** A socket that was told to go has this long to close; then it is cut. */
export const SOCKET_CLOSE_GRACE_MS = 1_000

/** A socket that has not shown the token by then is closed. */
export const SOCKET_TOKEN_TIMEOUT_MS = 5_000

/** Between two pings of a socket; one that answers none is gone. */
export const SOCKET_PING_PERIOD_MS = 30_000

/** A one-time link. */
export const LINK_LIFETIME_MS = 300_000

/** Links that were made and not used; the oldest gives way. */
export const LINKS_MAX = 32

/** A file of the window that is kept in memory once read. */
export const WINDOW_FILE_BYTES_MAX = 8 * 1024 * 1024

/** Open answers at a stop: how long they get before they are cut. */
export const STOP_GRACE_MS = 1_000
