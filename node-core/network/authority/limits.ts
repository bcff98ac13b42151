/** Bounds of the network's own certificate authority. */

/** How long the authority itself is valid from the founding of the network on: twenty years. */
export const AUTHORITY_MS = 630_720_000_000
/** How long a node's certificate holds: 14 days. */
export const NODE_CERTIFICATE_MS = 1_209_600_000
/** How long before now a node's certificate begins, so that clocks may differ by as much. */
export const CLOCK_DIFFERENCE_MS = 3_600_000
/** Bytes of one certificate. */
export const CERTIFICATE_BYTES_MAX = 4_096
/** Bytes of a question, and of its answer. */
export const CERTIFY_QUESTION_BYTES_MAX = 512
export const CERTIFY_ANSWER_BYTES_MAX = 16_384
/** Bytes of a public key in the form it is asked with. */
export const PUBLIC_KEY_BYTES_MAX = 256
/** How often it is seen to that this node's certificate is young enough. */
export const CERTIFICATE_CHECK_MS = 600_000
/** How long a node waits after it was given none; each time twice as long. */
export const CERTIFY_AGAIN_MS = 2_000
/** How long it waits at most. */
export const CERTIFY_AGAIN_MS_MAX = 600_000
/** Certificates that one node is given in an hour. */
export const CERTIFIED_PER_HOUR_MAX = 12
/** Nodes whose certificates are counted. */
export const CERTIFIED_NODES_MAX = 10_000
