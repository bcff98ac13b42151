/** Between two words of a node about what is asked of workloads, while that changes. Milliseconds. */
export const TELL_MS = 2_500
/** Least time between two such words, where somebody waits. Milliseconds. */
export const URGENT_GAP_MS = 200
/** Between two looks at the processor that copies take. Milliseconds. */
export const PROCESSOR_MS = 10_000
/** A change of what copies take of the processor that is worth a word, as a share of what it was. */
export const PROCESSOR_CHANGE = 0.05
/** Workloads of which one node tells at once; more are told of in turns. */
export const TOLD_WORKLOADS_MAX = 128
/** Versions of a workload of which a node tells. */
export const TOLD_VERSIONS_MAX = 4
/** What a node tells at once of what is asked, at most, beside which processors have room in a record. Bytes. */
export const TOLD_BYTES_MAX = 49_152
