/** Memory of a forwarder: Node itself takes some 45 MiB, of which most is shared. Bytes. */
export const FORWARDER_MEMORY_BYTES = 128 * 1024 * 1024
/** Threads of a forwarder. */
export const FORWARDER_PIDS_MAX = 64
/** What a forwarder says. Mebibytes. */
export const FORWARDER_LOG_MEBIBYTES_MAX = 1
/** Until its ports are open. Milliseconds. */
export const FORWARDER_START_MS = 20_000
/** Networks kept ready for what is started next. */
export const SANDBOXES_READY_MAX = 3
/** How long one is kept ready after a start; a single one longer, while work runs here. Milliseconds. */
export const SANDBOX_KEEP_MS = 30 * 60_000
/** Between two looks at what is ready, while nothing is started. Milliseconds. */
export const SANDBOX_SELDOM_MS = 10 * 60_000
/** After a start, before another network is made ready beside it. Milliseconds. */
export const SANDBOX_CALM_MS = 500
/** Memory of what holds a network: nearly all of it is the engine's own, while it starts one. */
export const SANDBOX_MEMORY_BYTES = 16 * 1024 * 1024
/** Threads of one: its own, and the engine's while it starts it. */
export const SANDBOX_PIDS_MAX = 16
/** Memory that the computer must have left for one to be made ready. Bytes. */
export const SANDBOX_SPARE_MEMORY_BYTES = 512 * 1024 * 1024
/** A port at which nothing listens in a network that is ready: whether this node reaches it. */
export const SANDBOX_SILENT_PORT = 9
/** Where networks of containers have their addresses: set aside by RFC 2544, and seldom used. */
export const NETWORK_ADDRESSES = '198.19.0.0/16'
/** Bits before the addresses of one such network: 253 instances of one owner with one egress rule. */
export const NETWORK_PREFIX_BITS = 24
/** Networks of a node from which on those that nobody is in go before another is made. */
export const NETWORKS_KEPT_MAX = 64
/** Attempts at a network with other addresses, where those that seemed free were taken. */
export const SUBNET_ATTEMPTS_MAX = 8
/** Files in memory of one container (`/dev/shm`), where half of its memory is less: the engine's default. */
export const SHARED_MEMORY_BYTES_MIN = 64 * 1024 * 1024
/** Processes and threads of one container. */
export const PIDS_MAX = 512
/** Open files of one of its processes: less than what engines commonly may give themselves. */
export const OPEN_FILES_MAX = 16_384
/** Log files kept of one container. */
export const LOG_FILES_MAX = 3
/** Mebibytes of one of these files. */
export const LOG_FILE_MEBIBYTES_MAX = 4
/** One log line; the engine cuts longer ones into pieces of 16 KiB. */
export const LOG_LINE_BYTES_MAX = 32 * 1024
/** A container that ignores the request to end is killed after this. */
export const GRACE_MS = 10_000
/** An engine's sign of life. */
export const PING_MS = 3_000
/** An engine's answer to a small question. */
export const ANSWER_MS = 10_000
/** Making and starting a container on a busy machine. */
export const START_MS = 120_000
/** Between two looks at whether the engine still answers while its event stream is silent. */
export const PING_PERIOD_MS = 10_000
/** Signs of life in a row that do not come, until an engine counts as away while its event stream is open. */
export const PINGS_MISSED_MAX = 3
/** Between two attempts to reach an engine that is away, at first; then ever longer. */
export const RETRY_MS_MIN = 100
/** The longest wait between two such attempts. */
export const RETRY_MS_MAX = 2_000
/** Ids of ended and of exited instances kept, to tell an end from an exit. */
export const ENDED_REMEMBERED_MAX = 1_024
/** Attempts with another port when the one found was taken before the engine bound it. */
export const PORT_ATTEMPTS_MAX = 4
/** A question, or the head of an answer. */
export const IMAGE_FRAME_BYTES_MAX = 4 * 1024
/** The answer that tells the sizes of an image's parts. Bytes. */
export const OFFER_BYTES_MAX = 64 * 1024
/** How long the answer to an offer is held until the image is taken apart. Milliseconds. */
export const OFFER_HOLD_MS = 10_000
/** For the answer to that. */
export const OFFER_ANSWER_MS = 15_000
/** In all, until a peer has taken an image apart: an engine writes a large one to disk first. */
export const OFFER_MS = 10 * 60_000
/** Layers of one image, and manifests in one index. */
export const IMAGE_LAYERS_MAX = 512
/** The configuration, a manifest or an index of an image. Bytes. */
export const IMAGE_JSON_BYTES_MAX = 4 * 1024 * 1024
/** Files in an archive of an engine. */
export const IMAGE_ENTRIES_MAX = 4_096
/** Read of a blob at a time, on its way into an engine. Bytes. */
export const ARCHIVE_READ_BYTES = 256 * 1024
/** What is read of an engine's words where it refuses. Bytes. */
export const REFUSAL_BYTES_MAX = 64 * 1024
/** Layers of one image fetched at a time. */
export const LAYERS_PARALLEL_MAX = 4
/** Images whose layers are looked up, to leave out what the engine has. */
export const IMAGES_COMPARED_MAX = 1_024
/** Peers asked whether they have an image. */
export const IMAGE_PEERS_ASKED_MAX = 64
/** For the answer to that. */
export const IMAGE_HAVE_MS = 3_000
/** A line of the engine's progress report. */
export const IMAGE_PROGRESS_LINE_BYTES_MAX = 64 * 1024
/** Containers whose use is asked for at the same time. */
export const STATS_PARALLEL_MAX = 8
/** Bytes of a command's output that come together. */
export const COMMAND_FRAME_BYTES_MAX = 1024 * 1024
/** The exit code of a command that the engine does not know to have ended. */
export const EXEC_UNKNOWN = -1
/** Of a container that may take one core, beside 1024 of other work of the computer. */
export const CPU_SHARES_OF_CORE = 256
/** Kernels take no less. */
export const CPU_SHARES_MIN = 2
/** How ready the system is to end a container where memory ends, from -1000 to 1000; others have 0. */
export const OOM_SCORE = 500
/** Between two counts of what containers wrote. */
export const DISK_WATCH_MS = 5_000
/** Between two looks at the room that is left on their disk, at least. Milliseconds. */
export const DISK_ROOM_MS = 50
/** How fast one container is thought to write at most. Bytes a millisecond. */
export const DISK_BYTES_PER_MS = 4_194_304
/** The same while nothing is known to run. */
export const DISK_WATCH_SELDOM_MS = 300_000
/** So many times as long as a look took is waited before the next. */
export const DISK_WATCH_REST = 20
/** How long a container's own port may take to accept or refuse. Milliseconds. */
export const LISTENING_MS = 250
/** Images remembered as brought by this node. */
export const FETCHED_MAX = 1_024
/** The file that they are remembered in. Bytes. */
export const FETCHED_BYTES_MAX = 2 * 1024 * 1024
/** Names remembered of each, that turned out to mean it. */
export const SOUGHT_MAX = 4
/** Of the container in which the firewall's programs are run for a node that is not root. Bytes. */
export const FIREWALL_HANDS_MEMORY_BYTES = 64 * 2 ** 20
/** Processes in it, those of two commands at a time among them. */
export const FIREWALL_HANDS_PIDS_MAX = 16
/** Where forwarders listen for ports that an instance has itself: above those that a kernel hands out. */
export const DIVERTED_PORT_FIRST = 61_001
