/** Bounds of the desktop app, and the ports it asks for first. */

/** Of the API, as everywhere. */
export const API_PORT = 7_780
/** Of the edge, as everywhere. */
export const EDGE_PORT = 8_080

/** One frame from the window, in bytes or characters: a bundle of 512 MiB and its envelope. */
export const FRAME_SIZE_MAX = 545_259_520
/** Lines a window may hold open. */
export const LINES_MAX = 8
/** A `mycelium://` link, in characters. */
export const LINK_LENGTH_MAX = 16_384
/** Links kept until the window asks for them. */
export const LINKS_WAITING_MAX = 8
/** A file of the window, in bytes. */
export const WINDOW_FILE_BYTES_MAX = 33_554_432
/**
 * How long the node may take to stop before the app ends anyway: a copy may take 30 s to end, its last lines
 * 5 s to reach others, and the window's last words 3 s. Below the minute for which the package waits.
 */
export const STOP_TIMEOUT_MS = 45_000
/** How long others may take to have what runs here, before the app ends all the same. */
export const HAND_OVER_MS = 60_000
/** How often it is looked at meanwhile. */
export const HAND_OVER_PERIOD_MS = 500
/** How long the node may take to say what runs here, before the app ends without a question. */
export const WORK_HERE_TIMEOUT_MS = 3_000
/** How long the window may take to send what still waits when the app ends. */
export const LAST_WORDS_MS = 3_000
/** Until a page whose process has died is loaded again; doubled while it dies again soon. */
export const RELOAD_FIRST_MS = 500
export const RELOAD_MAX_MS = 30_000
/** How long a page has to live for its next death to count as the first. */
export const RELOAD_FORGOTTEN_MS = 60_000
/** How long a stop goes on before people are told that it does. */
export const STOP_NOTICE_MS = 1_500
/** How long the window's place must stay the same before it is written down. */
export const WINDOW_STATE_DELAY_MS = 500
/** How often the tray looks at the node when nothing happens. */
export const TRAY_PERIOD_MS = 15_000
/** How long the tray waits after an event before it looks, so that a burst is one look. */
export const TRAY_DELAY_MS = 400
/** How long a node of another process may take to answer. */
export const ATTACH_TIMEOUT_MS = 5_000
/** How long an attached node may take to end once its line is gone, until it is asked as if it ran on. */
export const LEAVING_TIMEOUT_MS = 5_000
/** How often it is looked at meanwhile. */
export const LEAVING_PERIOD_MS = 100
/** Workloads named in the tray's menu. */
export const TRAY_WORKLOADS_MAX = 5
/** How long the machine may go on after it said that it sleeps, until it is taken to be awake. */
export const AWAKE_AFTER_MS = 60_000
/** The log file, in bytes; the one before it is kept beside it. */
export const LOG_FILE_BYTES_MAX = 8_388_608
