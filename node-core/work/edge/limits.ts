/** Bounds of the edge and of the tunnel. */

/** Request line and headers together, in bytes; more is answered with 431. */
export const HEADER_BYTES_MAX = 16_384
/** How long a client may take to send its request's headers. */
export const HEADERS_TIMEOUT_MS = 10_000
/** How long a client may take to send a whole request; an upload counts. */
export const REQUEST_TIMEOUT_MS = 3_600_000
/** How long an idle client connection is kept for its next request. */
export const CLIENT_KEEP_ALIVE_MS = 65_000
/** How often connections are checked against the two timeouts above. */
export const TIMEOUT_CHECK_MS = 2_000
/** How long a client may take nothing of an answer that waits for it. */
export const STALL_MS = 60_000
/** How often it is looked for them, and for requests that wait for a connection or for the rest of their body, while there are any. */
export const STALL_CHECK_MS = 5_000
/** Connections from clients at once; more are closed at once. */
export const CLIENT_CONNECTIONS_MAX = 4_096
/** Requests and upgraded connections under way at once; one workload, or one client, has half of what is left at most. More are answered with 503. */
export const OPEN_REQUESTS_MAX = 2_048
/** Connections to one endpoint at once; more requests wait for one of them, as long as for an answer. */
export const ENDPOINT_CONNECTIONS_MAX = 128
/** How long an idle connection to an endpoint is kept: below Node's own 5 seconds. */
export const ENDPOINT_KEEP_ALIVE_MS = 4_000
/** How long an endpoint may take to be connected to. */
export const CONNECT_TIMEOUT_MS = 5_000
/** How long after a start a node that cannot be reached may yet be met, so that requests for it wait. */
export const MEETING_MS = 3_000
/** How often it is tried meanwhile. */
export const MEETING_RETRY_MS = 50
/** How long an endpoint is passed over the first time; each time twice as long. */
export const EJECTION_MS = 1_000
/** How long an endpoint is passed over at most. */
export const EJECTION_MS_MAX = 30_000
/** Bad answers in a row before an endpoint is passed over. */
export const EJECTION_FAILURES = 5
/** Share of a workload's endpoints that may be passed over for bad answers at once. */
export const EJECTED_SHARE_MAX = 0.5
/** How long an endpoint has to do well before its next ejection is a short one again. */
export const EJECTION_FORGOTTEN_MS = 60_000
/** How long until a latency counts for a third of what it was, in milliseconds. */
export const LATENCY_FADES_MS = 10_000
/** A faster answer counts as one of this many milliseconds. */
export const LATENCY_FLOOR_MS = 10
/** Endpoints whose latency and failures are remembered. */
export const STANDINGS_MAX = 10_000
/** Further attempts that each request adds to its workload's budget. */
export const RETRY_SHARE = 0.2
/** Further attempts that a workload's budget gains in a second whatever its requests. */
export const RETRIES_PER_SECOND = 10
/** Further attempts that a workload may save up. */
export const RETRIES_SAVED_MAX = 100
/** Workloads that something is remembered of at the edge; who is over it starts anew. */
export const WORKLOADS_KEPT_MAX = 10_000
/** Endpoints tried for one request. */
export const ATTEMPTS_MAX = 4
/** A body up to this size is kept, so that the request can be repeated elsewhere. */
export const KEPT_BODY_BYTES_MAX = 65_536
/** How long of a body that is kept nothing may come; then it is answered with 408. Milliseconds. */
export const KEPT_BODY_STALL_MS = 30_000
/** A body up to this size leaves in one write with its head. */
export const JOINED_BYTES_MAX = 4_096
/** Connections to one published port at once; more are closed at once. */
export const TCP_CONNECTIONS_MAX = 1_024
/** How long changes are gathered before published ports are brought in line. */
export const PUBLISHED_SETTLE_MS = 100
/** How often a published port that another program holds is tried again. */
export const PORT_RETRY_MS = 5_000
/** Connection pools kept; the one made longest ago goes first. */
export const POOLS_MAX = 512
/** How long requests under way may go on when the edge stops. */
export const STOP_GRACE_MS = 2_000
/** How long a pass holds: twelve hours. */
export const PASS_MS = 43_200_000
/** Letters of a pass. */
export const PASS_LENGTH_MAX = 1_024
/** Bytes of a pass before it is written in letters. */
export const PASS_BYTES_MAX = 768
/** Passes whose signature is not checked again. */
export const PASSES_KEPT_MAX = 1_000
/** Cookies of one request that are looked at for a pass. */
export const PASSES_TRIED_MAX = 8
/** Clients whose rate is known; beyond that the one that came longest ago starts anew. */
export const CLIENTS_KEPT_MAX = 20_000
/** Requests that an edge remembers. */
export const REQUESTS_KEPT_MAX = 2_000
/** Letters of a remembered request's path. */
export const REQUEST_PATH_LENGTH_MAX = 256
/** Longest latency that is told from longer ones: no answer may take longer to begin. Milliseconds. */
export const LATENCY_CLASS_MS_MAX = 3_600_000
/** Upper bounds of the classes of latency that metrics count answers in, in milliseconds. */
export const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]
/** Requests that wait for one workload to wake; more are answered with 503. */
export const WAITING_OF_ONE_MAX = 256
/** Requests that wait for any to wake; those for one owner's workloads are half of what is left at most. */
export const WAITING_MAX = 1_024
/** When a request may come again that waited in vain. Seconds. */
export const WAKE_RETRY_AFTER_SECONDS = 5
/** How long what keeps a workload from waking is not looked for again. Milliseconds. */
export const TROUBLE_FRESH_MS = 1_000
/** Versions of one workload whose answers are counted side by side. */
export const VERSIONS_KEPT_MAX = 4
/** First message of a tunnel and its answer, in bytes. */
export const TUNNEL_FRAME_BYTES_MAX = 1_024
/** How long either side waits for the other's first message, and a node for the end of a tunnel that it refused. */
export const TUNNEL_HELLO_TIMEOUT_MS = 5_000
/** How often it is looked whether those at the other ends of tunnels may still use what they lead to. Milliseconds. */
export const TUNNEL_CHECK_MS = 5_000
/** Tunnels one peer may hold open into this node. */
export const TUNNELS_PER_PEER_MAX = 256
/** Tunnels all peers may hold open into this node. */
export const TUNNELS_MAX = 1_024
/** Bytes a tunnel gathers into one write to the mesh. */
export const TUNNEL_WRITE_BYTES_MAX = 65_536
/** How long a client may take for its TLS handshake. */
export const TLS_HANDSHAKE_MS = 10_000
/** How often the keys that seal TLS session tickets are made anew: twelve hours. */
export const TICKET_KEYS_MS = 43_200_000
/** Requests under way at once on one HTTP/2 connection. */
export const HTTP2_STREAMS_MAX = 100
/** Streams of an HTTP/2 connection that a client may reset at once; more end the connection. */
export const HTTP2_RESETS_BURST = 100
/** Resets that an HTTP/2 connection gains in a second after that. */
export const HTTP2_RESETS_PER_SECOND = 33
/** Entries of one SETTINGS frame. */
export const HTTP2_SETTINGS_MAX = 16
/** Frames of an HTTP/2 connection that are against the rules before it is ended. */
export const HTTP2_INVALID_FRAMES_MAX = 100
/** Streams opened beyond the number allowed before an HTTP/2 connection is ended. */
export const HTTP2_REJECTED_STREAMS_MAX = 100
/** Memory that the library may hold for one HTTP/2 connection, in millions of bytes. */
export const HTTP2_SESSION_MEGABYTES_MAX = 4
/** Fields in the head of one HTTP/2 request, pseudo-fields included. */
export const HTTP2_HEADERS_MAX = 128
