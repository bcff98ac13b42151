/** Nodes that one node serves, beyond which it names others. */
export const CHILDREN_MAX = 8
/** The same of a node that only uses the network (Hypha). */
export const HYPHA_CHILDREN_MAX = 2
/** How far from the committee a node may be that serves others. Steps. */
export const DEPTH_MAX = 16
/** How long a node holds the question of a child while there is nothing new. Milliseconds. */
export const HOLD_MS = 8_000
/** After the last answer to a child, until its place goes to another. Milliseconds. */
export const CHILD_SILENT_MS = 5_000
/** How long a node without a parent keeps its children, since it mostly finds another. Milliseconds. */
export const ORPHAN_MS = 500
/** Between two children that a new leader sends to other members. Milliseconds. */
export const SHED_MS = 1_000

/** Entries kept for children that are a little behind; who is further behind gets a snapshot. */
export const TRAIL_ENTRIES_MAX = 4_096
/** What those entries may hold, or one that alone is larger. Bytes. */
export const TRAIL_BYTES_MAX = 4_194_304
/** Entries in one answer, or one that alone is larger. Bytes. */
export const ANSWER_ENTRIES_BYTES = 131_072
/** Entries in one answer. */
export const ANSWER_ENTRIES_MAX = 512
/** Largest answer: one entry of the largest size and what surrounds it. Bytes. */
export const ANSWER_BYTES_MAX = 5_242_880
/** Largest question. Bytes. */
export const QUESTION_BYTES_MAX = 1_024
/** One part of a snapshot on its way, all but the last: of another size it is refused. Bytes. */
export const CHUNK_BYTES = 262_144
/** Largest snapshot that is taken: twice what the committee's logs take, beyond which a registry goes on. Bytes. */
export const SNAPSHOT_BYTES_MAX = 536_870_912
/** How long a whole snapshot may take; twice as long after each that took longer, from somebody else. Milliseconds. */
export const DOWNLOAD_MS = 120_000
/** The longest that it comes to. Milliseconds. */
export const DOWNLOAD_MS_MAX = 30_720_000
/** How long a snapshot that nobody asks for is kept. Milliseconds. */
export const SNAPSHOT_KEPT_MS = 30_000

/** Nodes that one answer names as others to follow. */
export const OTHERS_MAX = 16
/** Nodes remembered as others to follow, besides the committee. */
export const KNOWN_MAX = 32
/** Nodes asked one after the other before a node rests and begins anew. */
export const ROUND_ASKS_MAX = 24
/** After a round in which nobody took it, until the next: at first. Milliseconds. */
export const REST_MS = 250
/** The same after many such rounds. Milliseconds. */
export const REST_MS_MAX = 4_000
/** Until somebody who does not answer is passed over. Milliseconds. */
export const JOIN_TIMEOUT_MS = 2_000
/** What an answer may take beyond the time that it may be held. Milliseconds. */
export const ANSWER_TIMEOUT_MS = 2_000
/** Until a part of a snapshot is given up and asked for again. Milliseconds. */
export const CHUNK_TIMEOUT_MS = 10_000
/** Between two looks at how long the parent has been silent. Milliseconds. */
export const LOOK_MS = 2_000
/** After so much silence on every protocol a parent is asked whether it is there. Milliseconds. */
export const SILENT_MS = 8_000
/** Until a parent that does not say that it is there is left. Milliseconds. */
export const LOOK_TIMEOUT_MS = 1_500
/** How long others may be told to be ahead before a parent that brings nothing is left. Milliseconds. */
export const BEHIND_MS = 2_000
/** How long a node is not asked again after it failed as a parent. Milliseconds. */
export const AVOID_MS = 10_000
/** Voters, and learners, that one entry may name. */
export const MEMBERS_MAX = 64
/** How long entries are applied in one turn of this thread. Milliseconds. */
export const APPLY_TURN_MS = 8
/** Least time between two looks at what has fallen due. Milliseconds. */
export const TIMER_MS_MIN = 20
/** Least time between two words that a member of the committee signs for those who follow. Milliseconds. */
export const WORD_MS = 1_000
/** One such word. Bytes. */
export const WORD_BYTES_MAX = 512
/** Name of a log in one. Characters. */
export const LOG_NAME_LENGTH_MAX = 128
/** Words remembered, to be handed on. */
export const WORDS_MAX = 64
/** Least time between two questions for a word about what a node has begun with. Milliseconds. */
export const DOUBT_MS = 1_000
/** Until a member that does not confirm anything is passed over. Milliseconds. */
export const CONFIRM_TIMEOUT_MS = 1_500
/** After too few have confirmed, until more are asked. Milliseconds. */
export const CONFIRM_AGAIN_MS = 250
/** Rounds of asking until what was brought is refused. */
export const CONFIRM_TRIES_MAX = 8
/** Hashes of its latest states that a member remembers where it alone is not believed. */
export const HASHES_MAX = 1_024
