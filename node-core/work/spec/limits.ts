/** Replicas of one workload. */
export const REPLICAS_MAX = 1_000
/** Declared ports of one instance, all parts together. */
export const PORTS_MAX = 32
/** Labels of a workload, and labels it asks of a node. */
export const LABELS_MAX = 64
/** Workloads that one is kept apart from, or near to. */
export const NEIGHBOURS_MAX = 32
/** Other workloads that one uses; each has a host name in every instance. */
export const USES_MAX = 16
/** Hosts and addresses outside of the network that one workload may connect to. */
export const EGRESS_RULES_MAX = 32
/** Ports of one of them: as many as one rule of the firewall takes. */
export const EGRESS_PORTS_MAX = 15
/** Secrets that one workload is handed. */
export const SECRETS_MAX = 32
/** Letters of a host name (RFC 1035). */
export const HOST_NAME_LENGTH_MAX = 253
/** Letters of a label's key. */
export const LABEL_KEY_LENGTH_MAX = 63
/** Letters of a label's value. */
export const LABEL_VALUE_LENGTH_MAX = 255
/** Environment variables of one instance. */
export const ENV_MAX = 512
/** Letters of one environment variable's value. */
export const ENV_VALUE_LENGTH_MAX = 32_768
/** Words of a command, and of its arguments. */
export const COMMAND_WORDS_MAX = 128
/** Letters of one word of a command. */
export const COMMAND_WORD_LENGTH_MAX = 4_096
/** Letters of an image reference. */
export const IMAGE_LENGTH_MAX = 512
/** Letters of an HTTP probe's path. */
export const HEALTH_PATH_LENGTH_MAX = 1_024
/** Letters of the address of a manifest's schema. */
export const SCHEMA_LENGTH_MAX = 2_048
/** Letters of a manifest's text. */
export const MANIFEST_LENGTH_MAX = 262_144
/** Bytes of a whole workload as it is stored; the shared state takes 64 KiB a value. */
export const WORKLOAD_BYTES_MAX = 60 * 1_024
/** Thousandths of a core; engines cannot enforce less than a hundredth of one. */
export const CPU_MILLIS_MIN = 10
/** Thousandths of a core: 1,024 cores. */
export const CPU_MILLIS_MAX = 1_024_000
/** Bytes; Docker takes no less than 6 MiB. */
export const MEMORY_BYTES_MIN = 6 * 2 ** 20
/** Bytes: 64 TiB. */
export const MEMORY_BYTES_MAX = 64 * 2 ** 40
/** Bytes that an instance may be let write outside of volumes. */
export const DISK_BYTES_MIN = 16 * 2 ** 20
/** The same: 64 TiB. */
export const DISK_BYTES_MAX = 64 * 2 ** 40
/** Graphics processors of one part. */
export const GPUS_MAX = 16
/** Folders in memory of one container. */
export const SCRATCH_MAX = 8
/** Bytes of such a folder. */
export const SCRATCH_BYTES_MIN = 2 ** 20
/** Bytes of such a folder: 64 GiB. */
export const SCRATCH_BYTES_MAX = 64 * 2 ** 30
/** Volumes of one workload. */
export const VOLUMES_MAX = 16
/** Letters of a volume's name, which is part of longer ones. */
export const VOLUME_NAME_LENGTH_MAX = 32
/** Bytes of a volume. */
export const VOLUME_BYTES_MIN = 2 ** 20
/** Bytes of a volume: 64 TiB. */
export const VOLUME_BYTES_MAX = 64 * 2 ** 40
/** Places where one container sees volumes. */
export const MOUNTS_MAX = 32
/** Letters of such a place, or of a file's. */
export const MOUNT_PATH_LENGTH_MAX = 1_024
/** Files that one container finds. */
export const FILES_MAX = 32
/** Bytes of such a file. */
export const FILE_BYTES_MAX = 32 * 1_024
/** Bytes of the files of all containers of a workload, which is stored with them. */
export const FILES_BYTES_MAX = 40 * 1_024
/** The highest number of a user or a group, as engines have it. */
export const USER_MAX = 2 ** 31 - 1
/** Containers of one workload. */
export const PARTS_MAX = 8
/** Milliseconds between two questions of a probe. */
export const PROBE_PERIOD_MS_MIN = 500
/** Milliseconds between two questions of a probe. */
export const PROBE_PERIOD_MS_MAX = 300_000
/** Milliseconds a probe's answer may take. */
export const PROBE_TIMEOUT_MS_MIN = 100
/** Milliseconds a probe's answer may take. */
export const PROBE_TIMEOUT_MS_MAX = 60_000
/** Failures in a row that a probe may be told to bear. */
export const PROBE_FAILURES_MAX = 1_000
/** The lowest port that a workload may publish at the edge. */
export const EDGE_PORT_MIN = 1_024
/** Ports that one workload may publish at the edge. */
export const EDGE_TCP_MAX = 16
/** Owners that a workload may name as those who may use it. */
export const EDGE_OWNERS_MAX = 128
/** Requests a minute that a client may be limited to; more is no limit. */
export const EDGE_RATE_MAX = 6_000_000
/** Requests at once that a client may be limited to. */
export const EDGE_BURST_MAX = 100_000
/** Milliseconds that an answer may be given at least. */
export const EDGE_ANSWER_MS_MIN = 1_000
/** Milliseconds that an answer may be given to begin. */
export const EDGE_ANSWER_MS_MAX = 3_600_000
/** Milliseconds for which a connection may be silent: a day. */
export const EDGE_IDLE_MS_MAX = 86_400_000
/** Restarts in a row that a workload may be told to bear. */
export const RESTARTS_MAX = 1_000
/** Milliseconds before a restart at least, where it is not at once. */
export const BACKOFF_MS_MIN = 100
/** Milliseconds before a restart at most. */
export const BACKOFF_MS_MAX = 3_600_000
/** Milliseconds an ending instance may be given. */
export const GRACE_MS_MAX = 3_600_000
/** Attempts at a slot of a job after the first. */
export const RETRIES_MAX = 100
/** Runs of one job side by side, under `overlap: allow`. */
export const LANES_MAX = 4
/** Milliseconds that a run may be given at least. */
export const DEADLINE_MS_MIN = 1_000
/** Milliseconds that a run may be given: thirty days. */
export const DEADLINE_MS_MAX = 2_592_000_000
/** The least that a workload may count beside others. */
export const PRIORITY_MIN = -1_000
/** The most that a workload may count beside others. */
export const PRIORITY_MAX = 1_000
/** Milliseconds for which a node with an attempt is waited for: a day. */
export const LOST_AFTER_MS_MAX = 86_400_000
/** Milliseconds after its time within which a run may begin: a week. */
export const START_WITHIN_MS_MAX = 604_800_000
/** Letters of a cron expression, and of the name of a time zone. */
export const CRON_LENGTH_MAX = 128
/** Schedules that are kept read, of all workloads. */
export const CRONS_KEPT_MAX = 1_024
/** Letters of a reason's message and of a progress line in an instance record. */
export const REASON_LENGTH_MAX = 1_024
/** Highest number that a copy is to be scaled by: requests a second, milliseconds, length of a queue. */
export const AUTOSCALE_TARGET_MAX = 1_000_000_000
/** Share of the time that an answer may take to begin, up to which one may be scaled by: it takes a tenth more to be too slow. */
export const P99_OF_ANSWER_MAX = 0.9
/** Milliseconds for which a need has to last, or nobody to ask, before it counts: a day. */
export const AUTOSCALE_WAIT_MS_MAX = 86_400_000
/** Percent of what a copy requests: one may take more. */
export const CPU_PERCENT_MAX = 1_000
/** Letters of the key that holds the length of a queue. */
export const QUEUE_KEY_LENGTH_MAX = 512
/** Milliseconds for which nobody has to ask at least, before a workload falls asleep. */
export const IDLE_MS_MIN = 1_000
/** Milliseconds that a request may wait at least for a copy to wake. */
export const WAKE_MS_MIN = 1_000
/** Milliseconds that a request may wait for a copy to wake: ten minutes. */
export const WAKE_MS_MAX = 600_000
/** Steps of a canary before the last, which is all. */
export const CANARY_STEPS_MAX = 16
/** Milliseconds that a step of a canary lasts at least. */
export const STEP_MS_MIN = 1_000
/** Milliseconds that a step of a canary may last: a week. */
export const STEP_MS_MAX = 604_800_000
/** Milliseconds that a new copy may have to be ready before it counts for a change: an hour. */
export const WARM_UP_MS_MAX = 3_600_000
/** Letters of the path of the folder that a command starts in. */
export const WORKING_DIRECTORY_LENGTH_MAX = 1_024
