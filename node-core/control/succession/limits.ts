/** Largest statement of a committee with its signatures. Bytes. */
export const STATEMENT_BYTES_MAX = 16_384
/** Voters that a statement names. */
export const STATEMENT_VOTERS_MAX = 25
/** A quorum's votes for the last block of an era. Bytes. */
export const CERTIFICATE_BYTES_MAX = 4_096
/** Statements between the one that an admin signed and the newest; then an admin signs anew. */
export const LINKS_MAX = 32
/** Committees of Simplex that certify each other in one chain; beyond, an admin vouches. */
export const CERTIFIED_LINKS_MAX = 64
/** Terms of an ended era that a statement tells of; older ones are forgotten. */
export const TERMS_MAX = 64
/** Digests of the latest entries of a copy that followed. Bytes: 16 for each of 64. */
export const FOLLOWED_BYTES_MAX = 1_024
/** Largest mandate: a statement, and the chain of the admin who signed it. Bytes. */
export const MANDATE_BYTES_MAX = STATEMENT_BYTES_MAX + 12_288
/** Largest chain of a committee. Bytes. */
export const CHAIN_BYTES_MAX = 196_608
