/** Between two heartbeats of a leader, in ticks of 100 ms: few enough to cost a quiet network little. */
export const HEARTBEAT_TICKS = 3

/** Until a command without an answer is given up. Milliseconds. */
export const WRITE_TIMEOUT_MS = 5_000
/** So much longer for each MiB of its batch. Milliseconds. */
export const WRITE_MIB_MS = 5_000
/** The same where nobody else of the committee has been connected for as long. Milliseconds. */
export const ALONE_MS = 500
/** Until a linearizable read without an answer is given up. Milliseconds. */
export const READ_TIMEOUT_MS = 5_000
/** Until a change of the committee that does not come into force is given up. Milliseconds. */
export const CHANGE_TIMEOUT_MS = 30_000
/** Until a lead that is not taken over is given up: some elections. Milliseconds. */
export const TRANSFER_TIMEOUT_MS = 5_000
/** How long one member of the committee may take before the next one is asked. Milliseconds. */
export const TRY_MS = 2_000
/** So much longer for each MiB of the batch that it was handed. Milliseconds. */
export const TRY_MIB_MS = 2_000
/** After a whole round of members answered nothing of use, until the next. Milliseconds. */
export const ROUND_MS = 250
/** After a proposal was refused for now, until it is made again. Milliseconds. */
export const RETRY_MS = 150
/** Until a proposal of unknown fate is made again. Milliseconds. */
export const UNKNOWN_MS = 1_000
/** How long a voter has to be silent to be taken for absent, and go too, when another one goes. Milliseconds. */
export const SILENCE_MS = 10_000
/** Between two looks at a change of the committee under way. Milliseconds. */
export const LOOK_MS = 100
/** How often a voter looks whether a learner of the committee has caught up. Milliseconds. */
export const SEATING_LOOK_MS = 250
/** Committees of an era after which its members warn: there are twice as many in all. */
export const COMMITTEES_BEFORE_WARNING = 32_768
/** Until a voter proposes a change that whoever leads the view has not. Milliseconds. */
export const SEATING_SECOND_MS = 1_000
/** Batches applied here lately whose outcomes a member tells whoever handed them to another. */
export const RECENT_BATCHES_MAX = 1_024
/** What those answers may weigh together; the newest is kept whatever it weighs. Bytes. */
export const RECENT_ANSWER_BYTES_MAX = 16_777_216
/** Links from one committee to the next, in one answer. Bytes. */
export const LINKS_BYTES = 1_048_576
/** Links in one answer; the rest is asked for next. */
export const LINKS_MAX = 256
/** Until somebody whose proof of a later committee did not hold is asked again. Milliseconds. */
export const UNPROVEN_MS = 10_000
/** The same where it gave no answer, or had nothing to show yet. Milliseconds. */
export const UNHEARD_MS = 2_000
/** How often a leader looks whether the committee is as it ought to be. Milliseconds. */
export const FILL_LOOK_MS = 1_000
/** After a change by hand, until the committee fills itself again. Milliseconds. */
export const HAND_PAUSE_MS = 3_000
/** After a node began to lead, until it changes the committee. Milliseconds. */
export const LEAD_PAUSE_MS = 3_000
/** How long the only voter of a home that was put back from a copy listens for others first. Milliseconds. */
export const COPIED_WAIT_MS = 10_000
/** Between two looks at what it has heard. Milliseconds. */
export const COPIED_LOOK_MS = 500

/** How far a new life of a home whose clock lags stands above the last one. Incarnations. */
export const LIFE_STEP_MAX = 1_048_576
/** Commands of this node that wait to be sealed; more are refused as BUSY. */
export const COMMANDS_WAITING_MAX = 16_384
/** What they may hold together. Bytes. */
export const COMMANDS_WAITING_BYTES = 67_108_864
/** Commands in one batch. With the batches under way well below what the registry remembers. */
export const BATCH_COMMANDS_MAX = 128
/** What one batch carries, or one command that alone is larger. Bytes. */
export const BATCH_BYTES = 131_072
/** How long commands that do not fill a batch wait for one that is under way. Milliseconds. */
export const GATHER_MS = 50
/** Callers at once from which on they are waited for. */
export const CROWD_MIN = 4
/** How long commands wait for callers that were answered just before. Milliseconds. */
export const CROWD_MS = 8
/** Batches of this node without an answer. */
export const BATCHES_UNDERWAY_MAX = 4
/** What one entry of the log carries, or one batch that alone is larger. Bytes. */
export const ENTRY_BYTES = 262_144
/** Batches in one entry of the log. */
export const ENTRY_BATCHES_MAX = 256

/** Largest question between nodes: a batch with one value of the largest size. Bytes. */
export const QUESTION_BYTES_MAX = 1_310_720
/** Largest answer. Bytes. */
export const ANSWER_BYTES_MAX = 6_291_456
/** Keys and values in one answer, or one change of keys that alone is larger. Bytes. */
export const LIST_BYTES = 3_145_728
/** What a key or its change comes to in an answer beside its letters, its lease's and its value. Bytes. */
export const KEY_COST_BYTES = 160
/** Largest change of keys that is told; one that alone is larger counts as forgotten. Bytes. */
export const CHANGE_BYTES_MAX = 5_242_880
/** Keys in one answer. */
export const LIST_KEYS_MAX = 10_000
/** Changes of keys in one answer. */
export const CHANGES_MAX = 256
/** How long a member holds a question about changes while there are none. Milliseconds. */
export const WATCH_WAIT_MS = 20_000
/** Watches and waits for locks that a member serves to others at once; more are refused as BUSY. */
export const WATCHES_MAX = 1_024
/** Those of one node, so that none takes the places of all. */
export const WATCHES_PER_PEER_MAX = 128

/** After the committee or its leader changed, until the others are told. Milliseconds. */
export const TELL_MS = 200
/** How often a voter looks whether its time is asked for. Milliseconds. */
export const TICK_LOOK_MS = 1_000
/** Owners in one answer; the registry holds no more. */
export const OWNERS_MAX = 10_000
/** Until owners that were let in are written into the registry by a leader of an admin. Milliseconds. */
export const OWNERS_MS = 200
/** The same by another node of an admin, if the leader has not, and after a failure. Milliseconds. */
export const OWNERS_SECOND_MS = 2_000
/** After the disk failed a copy, until it is opened anew. Milliseconds. */
export const REOPEN_MS = 3_000
/** Between two looks whether this node may register. Milliseconds. */
export const REGISTER_LOOK_MS = 250
/** How long a copy is waited for before this node registers without one. Milliseconds. */
export const REGISTER_BLIND_MS = 3_000
/** Between two looks whether the registry has this node's role as chosen. Milliseconds. */
export const ROLE_LOOK_MS = 10_000
/** Between two looks after the registry has refused again and again. Milliseconds. */
export const REGISTER_MS_MAX = 60_000
/** Nodes of a committee, learners included, that are believed. */
export const COMMITTEE_MAX = 64
/** Largest report of late writes: what a log holds in memory, and its keys. Bytes. */
export const LATE_BYTES_MAX = 536_870_912
/** The key or name of a late command, as a list shows it. Characters. */
export const LATE_SUBJECT_LENGTH_MAX = 256
/** Terms of an ended era that are told. */
export const TERMS_TOLD_MAX = 64
/** How often a leader looks for nodes of an ended era that want to learn. Milliseconds. */
export const REJOIN_LOOK_MS = 2_000
/** How long a member that is asked how far it has come has to answer. Milliseconds. */
export const POSITION_TIMEOUT_MS = 2_000
/** How often it is asked until it is passed over. */
export const POSITION_TRIES_MAX = 2
/** After a followed copy has moved on, until it is written. Milliseconds. */
export const SAVE_QUIET_MS = 2_000
/** Least time between two such writes. Milliseconds. */
export const SAVE_EVERY_MS = 30_000
/** What they may take of the disk on average. Bytes per second. */
export const SAVE_BYTES_PER_SECOND = 262_144
/** How long a change waits for this node's own copy to show it. Milliseconds. */
export const SHOWN_WITHIN_MS = 2_000
/** Between two looks whether the committee answers, where nothing else shows it. Milliseconds. */
export const ANSWER_LOOK_MS = 5_000
