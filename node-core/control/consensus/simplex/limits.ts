/** Voters of one committee. */
export const VOTERS_MAX = 25
/** Learners of one committee. */
export const LEARNERS_MAX = 256
/** Largest committee, encoded. Bytes. */
export const COMMITTEE_BYTES_MAX = 65_536
/** Heaviest voter. The sum over a committee stays far below the safe integers. */
export const WEIGHT_MAX = 1_000_000
/** Highest trust: how often a voter leads, beside the others. */
export const TRUST_MAX = 1_000_000
/** Highest epoch, view, height and index; far beyond any life, below the safe integers. */
export const SEQUENCE_MAX = 2 ** 48
/** Committees of one era, from its mandate on. */
export const EPOCHS_PER_MANDATE = 65_536
/** Ranges of epochs among which a mandate of an era has its own, by its hash. */
export const MANDATES_PER_ERA = 1_048_576
/** Eras of a network. */
export const ERAS_MAX = 4_096
/** Largest payload of one entry: a batch with a value of 1 MiB, and what surrounds it. Bytes. */
export const PAYLOAD_BYTES_MAX = 1_183_744
/** Largest block. Bytes. */
export const BLOCK_BYTES_MAX = 2_097_152
/** What a leader puts into a block before it stops adding. Bytes. */
export const BLOCK_BYTES_AIM = 524_288
/** What waits while a round is under way before the next leader proposes all the same. Bytes. */
export const GATHERED_BYTES = 65_536
/** Items in one block. */
export const BLOCK_ITEMS_MAX = 4_096
/** Largest message between engines. Bytes. */
export const MESSAGE_BYTES_MAX = 4_194_304
/** Largest record on disk besides a snapshot's. Bytes. */
export const RECORD_BYTES_MAX = BLOCK_BYTES_MAX + 65_536
/** Largest snapshot. Bytes. */
export const SNAPSHOT_BYTES_MAX = 268_435_456
/** Largest state in one: the last block and the committee stand beside it. Bytes. */
export const STATE_BYTES_MAX = 264_241_152

/** Until a view without a proposal, or without its notarisation, is nullified. Ticks. */
export const VIEW_TICKS = 10
/** Doublings of that time for views that took too long; one less for each final block. */
export const VIEW_DOUBLINGS_MAX = 4
/** Until a leader with nothing new proposes an empty block, to finalise the one before. Ticks. */
export const EMPTY_BLOCK_TICKS = 3
/** Until what was said in a view, or asked by a reader, is said again. Ticks. */
export const RETRY_TICKS = 5
/** Doublings of that time within one view. */
export const RETRY_DOUBLINGS_MAX = 3
/** Until what this node waits for is told to all voters, not only to the next leaders. Ticks. */
export const TELL_ALL_TICKS = 2
/** Between two signs of life of an idle committee. Ticks. */
export const HEARTBEAT_TICKS = 20
/** Until a peer that says nothing is held absent. Ticks. */
export const HEARD_TICKS = 50
/** Between two questions to one peer for what is missing. Ticks. */
export const ASK_TICKS = 2
/** Until a block is asked of another peer, or a piece of a snapshot whose holder is away. Ticks. */
export const WANT_TICKS = 3
/** Until a piece of a snapshot is asked of another holder, at least: over a slow line it takes some. Ticks. */
export const FETCH_TICKS_MIN = 50
/** The same after pieces that took long, or came not at all. Ticks. */
export const FETCH_TICKS_MAX = 600
/** Until a proposal or a read without an end is given up as unknown. Ticks. */
export const PENDING_TICKS_MAX = 600

/** Authors of votes whose ids are remembered by their keys. */
export const AUTHORS_MAX = 1_024
/** Views whose leaders are remembered. */
export const DRAWS_KEPT = 16
/** Views ahead of the own one whose votes are kept. */
export const VIEWS_AHEAD_MAX = 32
/** Finalised views whose votes are kept, so that who lied in them is still found out. */
export const VIEWS_BEHIND_MAX = 8
/** Certificates in one message. */
export const CERTIFICATES_PER_MESSAGE_MAX = 64
/** Blocks in one message of finalised ones. */
export const BLOCKS_PER_MESSAGE_MAX = 256
/** Finalised blocks, or committee changes, sent in answer to one question. Bytes. */
export const ANSWER_BYTES_MAX = 1_048_576
/** What one peer is served between two ticks. Bytes. */
export const SERVED_BYTES_PER_TICK_MAX = 4_194_304
/** Messages with which one peer is answered between two ticks. */
export const ANSWERS_PER_TICK_MAX = 32
/** Items of one peer that wait for a block. */
export const POOL_ITEMS_PER_PEER_MAX = 8_192
/** Items of one peer that wait for a block. Bytes. */
export const POOL_BYTES_PER_PEER_MAX = 16_777_216
/** Items forwarded in one message. Bytes. */
export const FORWARD_BYTES_MAX = 1_048_576
/** Questions of this node's readers without an answer; those of one turn are one. */
export const QUESTIONS_MAX = 1_024
/** Finalised items remembered, so that one that comes late is not proposed again. */
export const REMEMBERED_ITEMS_MAX = 16_384
/** Times in `PENDING_TICKS_MAX` that one leader proposes changes of one member that are not notarised. */
export const CHANGE_TRIES_MAX = 2

/** Final blocks after which every member takes a snapshot of the state. Bytes. */
export const CHECKPOINT_BYTES = 33_554_432
/** What a block costs beside its own bytes, its votes and certificates on disk. Bytes. */
export const BLOCK_COST_BYTES = 1_024
/** Finalised blocks kept behind the last snapshot for peers that lag. Bytes. */
export const KEPT_BLOCKS_BYTES_MAX = 8_388_608
/** Changes of the committee in one message; a newcomer asks for the next ones. */
export const LINKS_PER_MESSAGE_MAX = 1_024
/** Own snapshots that a node vouches for; it holds the last of them. */
export const CLAIMS_MAX = 4
/** One piece of a snapshot, all but the last: whoever gets another size asks somebody else. Bytes. */
export const CHUNK_BYTES = 524_288
/** Two votes that prove a lie. Bytes. */
export const EVIDENCE_BYTES_MAX = 1_024
