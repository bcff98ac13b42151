/** Largest bundle: a 512 MiB program with room for its manifest and the archive around it. Bytes. */
export const BUNDLE_BYTES_MAX = 520 * 1024 * 1024
/** Largest layer of an image: as many pieces as a blob may have. Bytes. */
export const LAYER_BYTES_MAX = 16 * 1024 * 1024 * 1024
/** All blobs of a node together, where its owner says nothing. Bytes. */
export const STORE_BYTES_DEFAULT = 32 * 1024 * 1024 * 1024
/** Left free on the disk for what the node writes itself: its log, the registry, logs of instances. Bytes. */
export const FREE_BYTES_MIN = 64 * 1024 * 1024
/** A question, an answer's head, or a request on a stream of `pieces/1`. Bytes. */
export const FRAME_BYTES_MAX = 8 * 1024
/** Read from disk and hashed at once. Bytes. */
export const CHUNK_BYTES = 1024 * 1024
/** Streams on which pieces are served at a time; more are answered `busy`. */
export const SERVED_MAX = 32
/** Of those, streams of one peer: three images of four layers at a time. More are answered `busy` as well. */
export const SERVED_PER_PEER_MAX = 12
/** Pieces read and compressed for peers at a time; the others wait in the order in which they came. */
export const SENDING_MAX = 8
/** Pieces one stream may have asked for and not got. */
export const QUEUED_MAX = 16
/** Other fetchers that one is told of on a stream. */
export const OTHERS_MAX = 16
/** Peers that one transfer takes pieces from at a time. */
export const SESSIONS_MAX = 12
/** Peers one transfer asks before giving up. */
export const PEERS_ASKED_MAX = 64
/** Until a peer that is busy is asked again. Milliseconds. */
export const BUSY_MS = 1_000
/** Times it is asked: an engine hands out a large image for minutes. */
export const BUSY_TRIES_MAX = 150
/** Times that one is asked again that answered nothing in time: a busy computer, or a lost packet. */
export const SILENT_TRIES_MAX = 3
/** Offers are waited for this long after the first, so that the many can outvote one liar. Milliseconds. */
export const GATHER_MS = 250
/** So long those are waited for who may have all of a blob, where only others have offered pieces. Milliseconds. */
export const WHOLE_MS = 2_000
/** A peer's answer to a first question, or the list of pieces. Milliseconds. */
export const ANSWER_MS = 10_000
/** A transfer that gains nothing for so long is given up; what came stays for the next. Milliseconds. */
export const STALL_MS = 60_000
/** How often a transfer looks for peers that fell silent. Milliseconds. */
export const TICK_MS = 1_000
/** Lists of pieces that one transfer tries; each that fails puts those aside who stood for it. */
export const ROUNDS_MAX = 4
/** What is to come of a blob at least, where others are left to be asked. Bytes a second. */
export const PACE_BYTES_PER_S = 64 * 1024
/** And so much that the whole would come within this. Milliseconds. */
export const PACE_WHOLE_MS = 2 * 60 * 60_000
/** How long it is measured before it is judged, and again. Milliseconds. */
export const PACE_MS = 2 * 60_000
/** Times that it is halved for who was too slow before. */
export const PACE_HALVINGS_MAX = 10
/** Turns of lists that were too slow in one transfer, each of at least `PACE_MS`. */
export const SLOW_ROUNDS_MAX = 24
/** Who was too slow once is given up after this where its asker can look around for others. Milliseconds. */
export const LOOK_AROUND_MS = 30 * 60_000
/** How long a peer that sent something else is not asked again, and that one was slow is remembered. Milliseconds. */
export const SUSPECT_MS = 60 * 60_000
/** Such peers remembered. */
export const SUSPECTS_MAX = 1_024
/** Lists of pieces kept in memory, of blobs that are served. */
export const LISTS_HELD_MAX = 64
/** A piece is sent compressed where that saves at least this share of it. */
export const SQUEEZE_GAIN_MIN = 0.1
/** After a piece that did not shrink, so many are sent as they are before it is tried again. */
export const UNSQUEEZED_RUN = 15
/** Pieces kept in memory as they went over the wire, while somebody is served. Bytes. */
export const PACKED_BYTES_MAX = 32 * 1024 * 1024
/** A frame from there on lies in memory that the thread of pieces sees too. Bytes. */
export const SHARED_BYTES_MIN = 16 * 1024
/** Pieces that came on one stream and are being unpacked, checked and written while it is read on. */
export const UNPACKING_MAX = 2
/** How often the time of a blob's last use is written down. Milliseconds. */
export const TOUCH_MS = 60_000
/** Who asks for a blob that is about to come here is answered within this. Milliseconds. */
export const SOON_MS = 3_000
