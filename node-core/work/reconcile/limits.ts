/** Milliseconds between two looks at what runs here, besides those that an event causes. */
export const SENSE_PERIOD_MS = 15_000
/** Milliseconds without a change of anyone's liveness before lost work is started here. */
export const LIVENESS_SETTLE_MS = 200
/** Milliseconds in which changes of other nodes' instances are gathered before a new plan. */
export const REMOTE_CHANGE_MS = 20
/** Milliseconds after the start in which the silence of others is not yet believed. */
export const GRACE_AFTER_START_MS = 3_000
/** Milliseconds without any peer after which a node that knows of others goes on alone. */
export const ALONE_AFTER_MS = 5_000
/** Milliseconds between two looks while it is not yet known what peers run. */
export const UNREADY_PERIOD_MS = 100
/** Milliseconds for which a running instance must be surplus without a break before it is ended; of duplicates each later node waits as long again. */
export const SURPLUS_HOLD_MS = 500
/** Milliseconds for which nobody may know an instance's workload before it is ended. */
export const ORPHAN_HOLD_MS = 2_000
/** Milliseconds for which the quorum, or the majority, must be out of sight before a `stop` workload ends. */
export const MINORITY_HOLD_MS = 2_000
/** Milliseconds that a change waits for the committee to say where its copies go, before they start where they are. */
export const WORD_WAIT_MS = 10_000
/** Milliseconds between the word that an instance stops and its end, so that edges let go of it. */
export const DRAIN_MS = 250
/** Milliseconds that what is under way to an instance may take to end where the next cannot begin before; elsewhere as long as it has to end by itself. */
export const ALONE_UNUSED_MS = 1_000
/** Milliseconds one of two instances of a slot has to end by itself, unless its workload says more. */
export const DUPLICATE_GRACE_MS = 2_000
/** Milliseconds an instance has to end by itself when the node itself stops, unless its workload says more. */
export const STOP_GRACE_MS = 3_000
/** What a workload may say of that, and of what has failed and is to run again: nobody waits longer. Milliseconds. */
export const STOP_GRACE_MS_MAX = 30_000
/** Instances that are being started at the same time; the others wait their turn. */
export const STARTS_PARALLEL_MAX = 8
/** Instances on this node that have not ended for good: of each of its slots an old one and a new one. */
export const INSTANCES_MAX = 2_000

/** Failures in a row, by something of this computer, after which another may have the instance. */
export const UNFIT_AFTER_FAILURES = 3
/** Milliseconds of running after which earlier failures are forgotten. */
export const STABLE_AFTER_MS = 60_000

/** Milliseconds between the first two questions of a probe after a start. */
export const FIRST_PROBE_MS_MIN = 25
/** Milliseconds between questions of a probe until the first success. */
export const FIRST_PROBE_MS_MAX = 100
/** Milliseconds after which questions of a start that has not succeeded become rarer. */
export const EAGER_PROBES_MS = 10_000
/** Milliseconds until a start is tried again that lacked a secret. */
export const SECRET_RETRY_MS = 1_000
/** Milliseconds between questions of a start that takes long, and after one that failed. */
export const RETRY_PROBE_MS = 1_000
/** Milliseconds that a `live` probe without a `startup` one may fail after a start. */
export const HEALTHY_WITHIN_MS = 120_000
/** Looks in a row that must find the engine gone before an instance without probes is unknown. */
export const ENGINE_LOOKS_MAX = 3
/** Milliseconds that a TCP probe watches for the connection to be dropped at once. */
export const TCP_LISTEN_MS = 20

/** Milliseconds before the registry is asked again about an attempt at a job. */
export const JOB_WORD_RETRY_MS = 1_000
/** Milliseconds between two publications of a start's progress. */
export const PROGRESS_PERIOD_MS = 400
/** Milliseconds that an engine has to answer before the reconciler starts without it. */
export const FIRST_LOOK_MS = 5_000
/** Milliseconds after which a node without an engine stops offering its kind of work. */
export const WITHDRAW_KIND_AFTER_MS = 10_000

/** Letters of a reason's message in an instance record. */
export const REASON_LENGTH_MAX = 1_024
/** Of what lies in computers (a port, a disk) so many are told of with a workload; of the rest how many they are. */
export const REASONS_OF_A_CODE_MAX = 3
/** How long a transfer has to go on before it is said how long it will still take. Milliseconds. */
export const PACE_KNOWN_MS = 2_000
