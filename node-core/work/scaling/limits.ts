/** Over how long a rate, and latencies, are taken. Milliseconds. */
export const WINDOW_MS = 10_000
/** Within this share of what is wanted nothing changes. */
export const TOLERANCE = 0.1
/** A decision takes it up to so many times what it was. */
export const GROWTH_MAX = 2
/** Answers in a window below which their latency says nothing. */
export const LATENCY_ANSWERS_MIN = 20
/** Below which share of the bound of its latency a workload may have fewer copies. */
export const LATENCY_CALM = 0.5
/** Beyond which share of what was asked, late or without an answer, a workload has no copy too many. */
export const LATE_CALM = 0.01
/** The same where there were too few answers for a percentile. */
export const LATE_CALM_OF_FEW = 0.5
/** How long it is remembered which rate was too much for a copy. Milliseconds. */
export const STRAIN_KEPT_MS = 21_600_000
/** Looks that are remembered of one workload; of those further back one stands for several. */
export const LOOKS_MAX = 512
/** Between two looks, beyond which those before count no more. Milliseconds. */
export const LOOK_GAP_MS_MAX = 10_000
/** How long copies may take to serve before it is decided by those that do; longer where a startup probe gives them more. Milliseconds. */
export const COMING_MS = 120_000
/** Digits of the number that a queue may hold: beyond these it would not be exact. */
export const QUEUE_DIGITS_MAX = 15
/** Letters shown of what stands in a queue where a number ought to. */
export const QUEUE_SHOWN_LENGTH = 40
