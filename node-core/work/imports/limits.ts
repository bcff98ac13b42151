/** Letters of a text that is brought: its YAML is read at once, in the node's own thread. */
export const TEXT_LENGTH_MAX = 131_072
/** Letters of docker command lines that are brought. */
export const COMMAND_LINES_LENGTH_MAX = 32_768
/** Values, lists and maps that a text may come to, what it says once and uses often counted each time. */
export const TREE_NODES_MAX = 20_000
/** Letters of all values of a text, those that it says once and uses often counted each time. */
export const TREE_LETTERS_MAX = 1_048_576
/** Lists and maps within each other. */
export const TREE_DEPTH_MAX = 64
/** What the YAML library may make of its aliases for each one that is written. */
export const ALIASES_MAX = 100
/** YAML documents of one text. */
export const DOCUMENTS_MAX = 200
/** Lines of a report. */
export const REPORT_LINES_MAX = 5_000
/** Workloads of one text. */
export const WORKLOADS_MAX = 100
/** Variables that are handed in to be filled in. */
export const VARIABLES_MAX = 512
/** Letters of one variable that is handed in. */
export const VARIABLE_LENGTH_MAX = 32_768
/** Letters that are looked through for variables and that those are filled in to, of one text. */
export const FILLED_LENGTH_MAX = 1_048_576
/** Defaults of variables within each other: `${A:-${B:-x}}`. */
export const VARIABLE_DEPTH_MAX = 8
/** Letters of one name in a path. */
export const STEP_LENGTH_MAX = 80
/** Letters of what a line says. */
export const MESSAGE_LENGTH_MAX = 1_000
/** Letters of a report's path. */
export const PATH_LENGTH_MAX = 300
/** Thousandths of a core that a container may take whose author set no bound: there is none without. */
export const UNBOUND_CPU_MILLIS = 1_000
/** Bytes that a container may take whose author set no bound. */
export const UNBOUND_MEMORY_BYTES = 512 * 2 ** 20
/** Milliseconds that every start may take before its `live` probe ends it, as the reconciler has it. */
export const STARTS_WITHIN_MS = 120_000
/** Milliseconds between questions of a start that may take longer: what Docker takes where nothing is said. */
export const STARTUP_PERIOD_MS = 5_000
/** Attempts at a slot of a job after the first: what a workload takes. */
export const IMPORTED_RETRIES_MAX = 100
/** Bytes that an empty folder of a pod may ask for to be one in memory, where it has to be writable. */
export const IN_MEMORY_BYTES_MAX = 64 * 2 ** 20
