/** Every bound of the mesh. Sizes are in bytes, times in milliseconds. */

/** Raw connections in the middle of their handshake, from everyone together. */
export const PENDING_CONNECTIONS_MAX = 64
/** Raw connections in the middle of their handshake, from one address. */
export const PENDING_CONNECTIONS_PER_ADDRESS_MAX = 32
/** New connections one address may open in a second; many nodes may share one behind a NAT. */
export const CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX = 40
/** New connections in a second from everyone together. */
export const CONNECTIONS_PER_SECOND_MAX = 100
/** Addresses whose rate of new connections is remembered. */
export const ADDRESSES_RATED_MAX = 4_096
/** Time for a raw connection to become encrypted and multiplexed. */
export const HANDSHAKE_TIMEOUT_MS = 10_000
/** Connections of peers that have not been admitted. The oldest gives way to the newest. */
export const STRANGERS_MAX = 64
/** A peer that neither shows a valid credential nor speaks `join` is disconnected after this. */
export const STRANGER_STAY_MS = 10_000
/** Connections per admitted peer we count on (two dials that crossed, TCP beside QUIC). */
export const CONNECTIONS_PER_PEER_MAX = 4

/** A credential with its chain of certificates. */
export const HELLO_BYTES_MAX = 64 * 1024
export const HELLO_TIMEOUT_MS = 9_000
/** Streams of one connection that wait for its `hello` to be settled. */
export const HELD_STREAMS_MAX = 16

/** A question or an answer, where its protocol names no other bound. */
export const MESSAGE_BYTES_DEFAULT = 1 << 20
/** A question or an answer, whatever its protocol says. */
export const MESSAGE_BYTES_MAX = 8 << 20
/** Large messages are cut into parts of this size, so that a small one never waits for them. */
export const MESSAGE_PART_BYTES = 16 * 1024
export const REQUEST_TIMEOUT_DEFAULT_MS = 5_000
/** Questions of one peer that are being answered at the same time. */
export const QUESTIONS_IN_FLIGHT_MAX = 128
/** Parts of unfinished questions held for one peer. */
export const QUESTION_BYTES_HELD_MAX = 16 << 20
/** Questions one peer may ask in a second, and how many it may save up. */
export const QUESTIONS_PER_SECOND_MAX = 500
export const QUESTIONS_BURST_MAX = 1_000
/** Question channels one peer may hold open; one is in use, others are about to close. */
export const CHANNELS_PER_CONNECTION_MAX = 4

/** Streams of one protocol that one peer may hold open on a connection. */
export const STREAMS_PER_PROTOCOL_MAX = 256
/** Streams of all protocols on one connection, each way. */
export const STREAMS_PER_CONNECTION_MAX = 1_000
/** Time to open a stream and agree on its protocol. */
export const STREAM_OPEN_TIMEOUT_MS = 5_000
/** What one stream buffers before it stops taking more from its peer. */
export const STREAM_UNREAD_BYTES_MAX = 256 * 1024
/** The window that a stream of the muxer begins with, by its specification. */
export const STREAM_WINDOW_BYTES = 256 * 1024
/** The window a fast stream may grow to; what a stopped reader can be made to hold. */
export const STREAM_WINDOW_BYTES_MAX = 2 << 20
/** Unread bytes at which the muxer resets a stream; above the window, so never reached honestly. */
export const STREAM_READ_BUFFER_BYTES_MAX = 4 << 20

/** One gossip message. Larger things travel by request or stream. */
export const GOSSIP_MESSAGE_BYTES_MAX = 256 * 1024
/** From this size on a node tells its neighbours that it has a message, so that they need not send it. */
export const GOSSIP_ANNOUNCED_BYTES_MIN = 16 * 1024
/** One gossip frame, which may carry several messages. */
export const GOSSIP_FRAME_BYTES_MAX = 1 << 20
/** What waits for a slow peer before its gossip stream is reset. */
export const GOSSIP_UNSENT_BYTES_MAX = 4 << 20
/** Bytes of topic names one peer may subscribe to. */
export const GOSSIP_TOPIC_BYTES_PER_PEER_MAX = 64 * 1024
/** Messages one peer may pass on in a second, and how many it may save up; the rest is ignored. */
export const GOSSIP_MESSAGES_PER_SECOND_MAX = 1_000
export const GOSSIP_MESSAGES_BURST_MAX = 4_000
/** Rejected messages a peer may pass on in a minute before it is disconnected. */
export const GOSSIP_REJECTS_PER_MINUTE_MAX = 20
/** How long a peer that was disconnected for its gossip stays away. */
export const BANISHMENT_MS = 10 * 60_000
/** Banished peers remembered; the oldest is forgiven first. */
export const BANISHED_MAX = 1_000
/** Time for both sides to notice a closed connection before gossip moves to another. */
export const GOSSIP_REATTACH_MS = 1_000
/** How often gossip looks for admitted peers it has no stream to. */
export const GOSSIP_SWEEP_MS = 30_000

/** A `join` question or answer. */
export const JOIN_BYTES_MAX = 64 * 1024
/** Time for one `join` question to be answered. */
export const JOIN_TIMEOUT_MS = 15_000
/** `join` questions one address may ask in a minute, and how many at once. */
export const JOINS_PER_MINUTE_MAX = 60
export const JOINS_BURST_MAX = 20
/** `join` streams one connection may hold open. */
export const JOIN_STREAMS_MAX = 4
/** Addresses whose `join` rate is remembered. */
export const JOIN_ADDRESSES_MAX = 1_000

/**
 * Time to reach one address, handshake included. A machine that has too much to do is slow, not
 * absent: giving up on it early makes everyone do the work again.
 */
export const DIAL_ADDRESS_TIMEOUT_MS = 6_000
/** Time to reach a peer at any of its addresses. */
export const DIAL_TIMEOUT_MS = 20_000
export const PARALLEL_DIALS_MAX = 32
export const DIAL_QUEUE_MAX = 256
/** After a failed dial on demand, the time until the next one to the same node. */
export const DIAL_PAUSE_MS = 1_000
/** Addresses of one node that it tells and others remember: eight hosts by TCP and QUIC. */
export const ADDRESSES_PER_PEER_MAX = 16
/** A multiaddr as text. */
export const ADDRESS_LENGTH_MAX = 256
/** Nodes whose addresses the mesh remembers. */
export const KNOWN_NODES_MAX = 4_096

/** Admitted peers held at once, where the options say nothing. */
export const PEERS_DEFAULT = 128
/** Newcomers held over the limit until the next sweep, so that they can find others. */
export const PEERS_OVER_MAX = 8
/** How often surplus peers are given up. */
export const SURPLUS_SWEEP_MS = 30_000
/** Neighbours on the ring of ids, on each side, that are never given up for others. */
export const RING_NEIGHBOURS = 2
/** How often certificates of admitted peers are looked at again. */
export const RECHECK_INTERVAL_MS = 60 * 60_000
/** Tolerance for a wrong clock when a certificate ends; the same as at the handshake. */
export const CLOCK_TOLERANCE_MS = 2 * 60 * 60_000
/** How often the latency of every peer is measured. */
export const LATENCY_INTERVAL_MS = 120_000
export const PING_TIMEOUT_MS = 8_000
/** Ping streams under way on one connection: the keeper's, a caller's, and those still closing. */
export const PING_STREAMS_MAX = 4
/** Pings in a row that go unanswered before a connection is given up as dead. */
export const PINGS_MISSED_MAX = 2
/** Until the connection of a doubted peer counts as silent. */
export const RENEW_PING_MS = 1_500
/** Until a connection beside a silent one is given up: TCP asks a second time after one second. */
export const RENEW_DIAL_MS = 2_500
/** Between two such tries. */
export const RENEW_PAUSE_MS = 250
/** Tries for one peer; a connection that stays silent so long is given up by other means. */
export const RENEW_TRIES_MAX = 100
/** Doubted peers dialled anew at once. */
export const RENEWALS_MAX = 16
/** A new peer is measured within this time for each peer held, so that a rush is not made worse. */
export const GET_TO_KNOW_PER_PEER_MS = 1_000
/** Keep-alive of an idle connection; a TCP connection that is silent for two minutes is closed. */
export const KEEP_ALIVE_MS = 45_000
/** Keep-alive of an idle QUIC connection, and the silence after which it is given up. */
export const QUIC_KEEP_ALIVE_MS = 15_000
export const QUIC_SILENCE_MS = 40_000
/** How often a node asks the local network for others while it has none. */
export const NEARBY_ASK_MS = 10_000
/** How often it asks otherwise; everyone answers everyone, so this is seldom. */
export const NEARBY_ASK_IDLE_MS = 5 * 60_000
/** Messages from there on are encrypted by OpenSSL; below it WebAssembly is the quicker. Bytes. */
export const NATIVE_CIPHER_BYTES = 512
