export type RaftErrorCode =
  /** The records on disk contradict each other or are of an unknown version. */
  | 'RAFT_RECORDS_DAMAGED'
  /** The leader goes on to hold this node to have acknowledged more than its log has. */
  | 'RAFT_LOG_STALE'

/** Why a message was ignored or rejected. */
export type RaftVerdictCode =
  /** Not a message, or one that contradicts itself. Rejected. */
  | 'MALFORMED'
  /** The leader contradicts what is committed. Rejected. */
  | 'COMMITTED_CONFLICT'
  /** The leader holds this node to have more than it has: a part of its log is lost. Ignored. */
  | 'COMMIT_BEYOND_LOG'
  /** Of a term that is over, or nothing this node waits for. Ignored. */
  | 'STALE'
  /** The answer of a node that is not of the configuration. Ignored. */
  | 'PEER_UNKNOWN'
  /** A proposal or question that this node cannot take now. Ignored. */
  | 'PROPOSAL_DROPPED'
