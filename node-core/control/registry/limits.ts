/** Largest signed batch: one value of the largest size and what surrounds it. Bytes. */
export const BATCH_BYTES_MAX = 1_179_648
/** Commands in one batch. */
export const BATCH_COMMANDS_MAX = 512
/** Largest entry of the log. Bytes. */
export const ENTRY_BYTES_MAX = 4_194_304
/** Batches in one entry. */
export const ENTRY_BATCHES_MAX = 1_024
/** Largest snapshot that is read. Bytes. */
export const SNAPSHOT_BYTES_MAX = 1_073_741_824
/** Highest incarnation, sequence number, time and revision; far below the safe integers. */
export const SEQUENCE_MAX = 2 ** 48
/** Revisions that a new era leaves to the writes of the one before, at least; half of what is left at most. */
export const ERA_REVISIONS = 2 ** 36
/** And to those of each of 256 mandates of the same era, by the first byte of the hash. */
export const MANDATE_REVISIONS = 2 ** 28

/** What the whole state may weigh for more to be added to it; what is over it has to stay below what engines take. Bytes. */
export const STATE_BYTES_MAX = 167_772_160
/** What a row weighs beside its bytes: its share of what a snapshot puts around pieces. Bytes. */
export const ROW_COST_BYTES = 64
/** What a row of moderate size may come to, where it is asked whether there is room for one. Bytes. */
export const ROW_ROOM_BYTES = 512

/** Results remembered for one incarnation of one author that has not said it received them. */
export const RESULTS_MAX = 1_024
/** What they come to before room is made for the next batch. Bytes. */
export const RESULTS_BYTES_MAX = 4_194_304
/** The same before version 6 of the rules: of values in them. Bytes. */
export const RESULTS_BYTES_BEFORE_6 = 1_048_576
/** What is remembered for all; beyond it whoever has most forgets, down to three quarters. Bytes. */
export const RESULTS_TOTAL_BYTES_MAX = 33_554_432
/** What a result weighs beside what it says: its number, and whether it was refused and why. Bytes. */
export const RESULT_COST_BYTES = 48
/** What an author weighs in the state. Bytes. */
export const AUTHOR_COST_BYTES = 160
/** What one of its incarnations does, results aside. Bytes. */
export const INCARNATION_COST_BYTES = 80
/** What transactions of one batch answer with, together. Bytes. */
export const BATCH_ANSWER_BYTES_MAX = 1_048_576
/** What a key in an answer comes to beside its letters, its lease's and its value. Bytes. */
export const KEY_ANSWER_COST_BYTES = 110
/** Incarnations of one author that are remembered side by side. */
export const INCARNATIONS_MAX = 8

/** Most that one entry moves the clock of leases; what the log stood still for beyond it is no time. Milliseconds. */
export const ADVANCE_MS_MAX = 3_000
/** Most that an author's clock adds to a lease, where it is ahead of the log's time. Milliseconds. */
export const AHEAD_MS_MAX = 30_000
/** By how much a voter's clock is behind the log's time before it counts by what passes on it. Milliseconds. */
export const BEHIND_MS_MAX = 10_000
/** How often a voter tells its time while there are leases and it has nothing else to say. Milliseconds. */
export const TICK_MS = 1_000

/** Owners admitted, removed ones included. */
export const MEMBERS_MAX = 10_000
/** Nodes registered, removed ones included. */
export const NODES_MAX = 10_000
/** Nodes registered by one owner, removed ones included. */
export const NODES_PER_OWNER_MAX = 256
/** Invites whose uses are counted; expired ones make room. */
export const INVITES_MAX = 10_000
/** A signed invite, and the proof that a newcomer holds it. Bytes. */
export const INVITE_BYTES_MAX = 2_048
/** A node's certificate. Bytes. */
export const CERTIFICATE_BYTES_MAX = 1_024
/** Characters of an owner's name. */
export const OWNER_NAME_LENGTH_MAX = 63
/** Names taken by one owner. */
export const NAMES_PER_OWNER_MAX = 1_024
/** Names taken in all. */
export const NAMES_MAX = 20_000
/** Rows of one owner in a table that is more than half full: one part of so many (leases, locks, runs, earlier generations, secrets). */
export const OWNER_SHARE = 10
/** The same for leases and locks of one name. */
export const NAME_SHARE = 20
/** Of an owner’s id, in a long name: what another cannot make an id for in any time that matters. Hex digits. */
export const OWNER_DIGITS = 10
/** Characters of a name: of a workload, or of a namespace of keys. */
export const NAME_LENGTH_MAX = 63
/** What a workload asks for, encoded. Bytes. */
export const SPEC_BYTES_MAX = 61_440
/** Fields of a spec that stay as they are when a canary goes back. */
export const STAYS_MAX = 32
/** Earlier generations kept of one workload. */
export const PAST_MAX = 10
/** Earlier generations kept of all workloads. */
export const PAST_TOTAL_MAX = 20_000
/** Runs kept of one job. */
export const RUNS_KEPT_MAX = 32
/** Runs kept of all jobs. */
export const RUNS_TOTAL_MAX = 20_000
/** Runs of one job side by side. */
export const RUN_LANES_MAX = 8
/** Results kept of one run, and lost attempts of one slot. */
export const RESULTS_OF_RUN_MAX = 16
/** Letters by which a run's author knows what it began for. */
export const RUN_TEMPLATE_LENGTH_MAX = 64
/** Letters of the code that says why a run ended. */
export const RUN_CODE_LENGTH_MAX = 32
/** Slots of one workload. */
export const SLOTS_MAX = 1_000
/** Seats of voters in the committee. */
export const VOTER_SEATS_MAX = 25
/** Seats of learners. */
export const LEARNER_SEATS_MAX = 256
/** Rows about seats, those of whoever lost one for a lie included. */
export const SEATS_MAX = 1_024
/** Trust of a voter of whom nothing is known. */
export const TRUST_START = 100
/** Trust below which a voter loses its seat. */
export const TRUST_SEATED_MIN = 50
/** Trust that the proven lies of one epoch take. */
export const LIE_COSTS = 60
/** Two votes that prove a lie. Bytes. */
export const EVIDENCE_BYTES_MAX = 1_024
/** Settings of the network. */
export const SETTINGS_MAX = 1_024
/** One setting's value, encoded. Bytes. */
export const SETTING_BYTES_MAX = 4_096
/** How deep one setting's lists and maps may nest, so that it fits into a snapshot as well. */
export const SETTING_DEPTH_MAX = 8
/** Characters of a proposal to the members. */
export const MOTION_TEXT_LENGTH_MAX = 1_000
/** How long members may vote at least, and reveal at least. Milliseconds. */
export const MOTION_WINDOW_MS_MIN = 1_000
/** How long at most. Milliseconds. */
export const MOTION_WINDOW_MS_MAX = 2_592_000_000
/** Proposals to the members that are open at a time. */
export const MOTIONS_OPEN_MAX = 16
/** Those of one owner. */
export const MOTIONS_OPEN_PER_OWNER_MAX = 4
/** Proposals to the members that are kept, those that have ended included; the oldest of these make room. */
export const MOTIONS_KEPT_MAX = 48
/** What a proposal may come to with its setting and its voters’ clocks, the members that may vote aside. Bytes. */
export const MOTION_ROOM_BYTES = 16_384
/** Members that may vote on one: all that there can be, and founders. */
export const ELECTORS_MAX = 16_384
/** Votes of members that are kept, on all proposals together; those on ended ones make room. */
export const VOTES_MAX = 100_000
/** Observers of one owner that are remembered; whoever was silent for longest makes room. */
export const OBSERVERS_MAX = 32
/** Observers that are remembered, of all owners together. */
export const OBSERVATIONS_MAX = 100_000
/** How long what somebody said of an owner is remembered. Hours of the log's time. */
export const OBSERVED_HOURS = 168
/** How long an owner may tell of work of its own that was taken from a node. Hours of the log's time. */
export const WITNESS_HOURS = 2

/** Secrets in all. */
export const SECRETS_MAX = 10_000
/** One sealed secret. Bytes. */
export const SECRET_BYTES_MAX = 65_536
/** A data key wrapped for one reader. Bytes. */
export const WRAP_BYTES_MAX = 512
/** Readers of one secret. */
export const WRAPS_MAX = 1_024

/** Characters of a key, of a lease's and of a lock's name. */
export const KEY_LENGTH_MAX = 512
/** One value. Bytes. */
export const VALUE_BYTES_MAX = 1_048_576
/** Keys in all. */
export const KEYS_MAX = 1_000_000
/** Keys and values in all; from version 6 of the rules on `STATE_BYTES_MAX` is less. Bytes. */
export const STORE_BYTES_MAX = 268_435_456
/** Keys and values under the names of one owner; from version 6 on all that stands under them. Bytes. */
export const OWNER_BYTES_MAX = 67_108_864
/** What a key costs beside its letters and its value. Bytes. */
export const KEY_COST_BYTES = 64
/** Comparisons of one transaction. */
export const COMPARES_MAX = 128
/** Operations in one branch of a transaction. */
export const OPERATIONS_MAX = 128
/** Values that one transaction answers with. Bytes. */
export const ANSWER_BYTES_MAX = 65_536
/** Events kept for those who watch. */
export const HISTORY_EVENTS_MAX = 20_000
/** Values in those events. Bytes. */
export const HISTORY_BYTES_MAX = 16_777_216

/** Leases in all. */
export const LEASES_MAX = 10_000
/** Shortest lease. Milliseconds. */
export const LEASE_MS_MIN = 1_000
/** Longest lease. Milliseconds. */
export const LEASE_MS_MAX = 86_400_000
/** Ends of leases are rounded up to this, so that looking for those that ended costs little. Milliseconds. */
export const LEASE_GRAIN_MS = 100
/** Locks in all. */
export const LOCKS_MAX = 10_000
/** Leases that wait for one lock. */
export const LOCK_WAITING_MAX = 256
/** Batches that are remembered opened, from when they are handed in until they come in the log. */
export const REMEMBERED_BATCHES_MAX = 512
/** Their bytes, or one that alone is larger. */
export const REMEMBERED_BYTES_MAX = 8_388_608
/** Rows or authors in one piece of a snapshot, which is written and read in one step. Part of the form. */
export const PIECE_ITEMS = 16
/** What a piece holds at least before the next one begins, unless it is full. Bytes. Part of the form. */
export const PIECE_BYTES = 65_536
/** Largest piece: all that is remembered of one author. Bytes. */
export const PIECE_BYTES_MAX = 67_108_864
/** Rows of a list read at a time. */
export const PAGE_ROWS = 1_000
