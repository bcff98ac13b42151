/** Codes of HTTP answers, `{ error, code, details? }`, with their status. */
export const ERROR_STATUS = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  NO_QUORUM: 503,
  UNAVAILABLE: 503,
} as const
export type ErrorCode = keyof typeof ERROR_STATUS

/** Codes of the node's parts, by what a caller can do about them. */
const REASONS: Record<Exclude<ErrorCode, 'INTERNAL_ERROR'>, readonly string[]> = {
  VALIDATION_ERROR: [
    'IDENTITY_MALFORMED',
    'OWNER_FILE_INVALID',
    'CODEC_MALFORMED',
    'INVITE_INVALID',
    'SEED_INVALID',
    'SEED_STALE',
    'SPORE_INVALID',
    'SPORE_STALE',
    'SEED_LOCATION_INVALID',
    'BUNDLE_INVALID',
    'DIGEST_MISMATCH',
    'MALFORMED',
    'BAD_PLACE',
  ],
  UNAUTHORIZED: [],
  FORBIDDEN: [
    'SIGNATURE_INVALID',
    'CERTIFICATE_EXPIRED',
    'CERTIFICATE_UNTRUSTED',
    'WRONG_NETWORK',
    'MEMBER_REMOVED',
    'INVITE_EXPIRED',
    'INVITE_SPENT',
    'PASSPHRASE_WRONG',
    'PUBLISHER_UNTRUSTED',
    'UNKNOWN_AUTHOR',
    'REMOVED',
    'NAME_TAKEN',
    'FOUNDER',
    'USE_UNDECLARED',
    'OUTSIDE_SHIELDED',
    'EXPIRED',
    'SPENT',
    'NOT_A_READER',
    'NOT_ELIGIBLE',
    'OWN_REPUTATION',
    'NO_WEIGHT',
    'NOT_WITNESSED',
  ],
  NOT_FOUND: ['IMAGE_NOT_FOUND', 'BLOB_NOT_FOUND', 'NO_LEASE', 'ENTRY_UNKNOWN'],
  CONFLICT: [
    'PORT_TAKEN',
    'VOLUME_IN_USE',
    'HOME_IN_USE',
    'IN_A_NETWORK',
    'OWNER_KEY_EXISTS',
    'REVISION_MISMATCH',
    'EXISTS',
    'NOT_HELD',
    'COMPACTED',
    'LAST_VOTER',
    'SEED_UNCONDITIONAL',
    'QUORUM_STANDS',
    'LATER_COPY',
    'OVERRULED',
    'NOT_A_VOTER',
    'NO_PRIMARY',
    'NO_LEAD',
    'IN_USE',
    'NOT_ASSIGNED',
    'NOT_SUPPORTED',
    'NOT_RUNNABLE',
    'OVER',
    'TOO_EARLY',
    'NOT_COMMITTED',
    'WRONG_REVEAL',
  ],
  TOO_LARGE: ['NET_TOO_LARGE', 'CODEC_TOO_LARGE'],
  RATE_LIMITED: ['LIMIT_REACHED'],
  NO_QUORUM: [],
  UNAVAILABLE: [
    'NET_UNREACHABLE',
    'NET_TIMEOUT',
    'NET_REFUSED',
    'ENGINE_UNAVAILABLE',
    'DISK_FULL',
    'DISK_DENIED',
    'DISK_FAILED',
    'BUSY',
    'BLOB_SLOW',
    'STALE',
    'NOT_CAUGHT_UP',
    'NOT_TAKEN_OVER',
    'NOT_RUNNING',
    'SEED_UNREACHABLE',
    'AUTHORITY_UNREACHABLE',
    'AUTHORITY_ANSWER_INVALID',
    'LOG_DAMAGED',
    'ERA_UNKNOWN',
    'REPLICA_FAILED',
    'UNKNOWN_KIND',
    'USE_LEADS_NOWHERE',
    'NO_ENDPOINT',
    'OUTSIDE_UNREACHABLE',
  ],
}

const ANSWER_OF = new Map<string, ErrorCode>()
for (const [answer, reasons] of Object.entries(REASONS)) {
  if (!isErrorCode(answer)) continue
  for (const reason of [answer, ...reasons]) ANSWER_OF.set(reason, answer)
}

/** What a door answers for a part's own code; undefined when the fault is the node's. */
export function answerTo(reason: string): ErrorCode | undefined {
  return ANSWER_OF.get(reason)
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_STATUS, text)
}
