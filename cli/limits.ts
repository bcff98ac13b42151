/** How long `down` waits for the node to stop in order. */
export const STOP_TIMEOUT_MS = 60_000

/** Between two looks of `deploy --wait` and of `down`. */
export const POLL_PERIOD_MS = 200

/** Of how many copies that ended `why` prints what they wrote, the last lines of each, and letters. */
export const LAST_WORDS_COPIES_MAX = 3
export const LAST_WORDS_LINES = 5
export const LAST_WORDS_LETTERS_MAX = 240

/** How long it has to be so that waiting is of no use before `--wait` gives up. Milliseconds. */
export const STEADY_MS = 1_000
/**
 * How long what nobody asks for its health has to run without a new start before `--wait` takes it to
 * run: most of what ends by itself does so sooner. Milliseconds.
 */
export const UNASKED_STEADY_MS = 5_000
/**
 * After how many tries, and how long after the first, `--wait` gives up on what nobody has: the workload is
 * tried on, but whoever mistyped a name wants to know. Tries, and milliseconds.
 */
export const UNFOUND_TRIES = 3
export const UNFOUND_MS = 10_000
/** From which wait on `--wait` says when the next try comes: below, it comes before one has read it. */
export const NEXT_TRY_SAID_MS = 1_500

/** How long `doctor` waits for an engine to answer. */
export const CONNECT_TIMEOUT_MS = 2_000

/** How wrong a clock may be; certificates allow for as much. */
export const CLOCK_TOLERANCE_MS = 7_200_000

/** Signals within this time are one press of Ctrl+C that arrived on several ways. */
export const SAME_PRESS_MS = 500
/** Late writes that are fetched at once. */
export const REPORT_PAGE = 1_000
/** Chance in a secret that is generated, before it is written as text. Bytes. */
export const GENERATED_SECRET_BYTES = 32
/** Of a value in a line of `kv watch`. A multiple of two, so that base64 can be cut there. Letters. */
export const WATCHED_LETTERS_MAX = 120
/** How far a command inside an instance may be ahead of what is written here, as in the window. Bytes. */
export const AHEAD_BYTES = 262_144
/** Of what a command inside an instance is given to read, sent at once. Bytes. */
export const INPUT_BYTES_MAX = 65_536
/** How long the doctor and a bug report wait for each thing that the node is asked: it may be ill. */
export const ANSWER_TIMEOUT_MS = 5_000
/** Files of the home that a bug report names. */
export const REPORT_FILES_MAX = 2_000
/** How deep a bug report looks into the home. Folders. */
export const REPORT_DEPTH_MAX = 3
/** How long after a node has given its home back `down` waits for its process to go. */
export const LAST_STEPS_MS = 3_000
/** Certificates that a node's edge may be given. */
export const CERTIFICATES_MAX = 64
/** Fields that `mycelium versions` names of one change. */
export const VERSION_CHANGES_MAX = 10
/** Of one field of a change in `mycelium versions`. Letters. */
export const CHANGE_LETTERS_MAX = 160
/** Letters of a name: of a network, a computer or an owner. */
export const NAME_MAX = 63
/** For so long an invite is good at least. Seconds. */
export const INVITE_SECONDS_MIN = 60
/** And at most. Seconds. */
export const INVITE_SECONDS_MAX = 90 * 86_400
