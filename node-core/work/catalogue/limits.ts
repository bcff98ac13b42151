/** Entries of the catalogue. */
export const ENTRIES_MAX = 500
/** Questions of one entry. */
export const QUESTIONS_MAX = 32
/** Workloads that come of one entry. */
export const WORKLOADS_MAX = 8
/** Letters of an answer of several lines. */
export const ANSWER_LENGTH_MAX = 16_384
/** Letters of an answer of one line. */
export const LINE_LENGTH_MAX = 512
/** Letters of a name that is asked for: workloads beside it have it with a word more. */
export const NAME_LENGTH_MAX = 48
/** Letters of a secret that is made; each is worth about six bits. */
export const SECRET_LENGTH_MIN = 20
export const SECRET_LENGTH_MAX = 128
