/** Membership certificates between an owner and a founder. Hostile chains end here. */
export const CHAIN_LENGTH_MAX = 8
/** How long a certificate lasts. Milliseconds. */
export const CERTIFICATE_LIFETIME_MS = 30 * 86_400_000
/** How wrong a member's clock may be before its certificates stop being accepted. Milliseconds. */
export const CLOCK_TOLERANCE_MS = 2 * 3_600_000
/** Largest signed genesis document. Bytes. */
export const GENESIS_BYTES_MAX = 1_024
/** Nodes that vote first, in one genesis. */
export const FOUNDING_VOTERS_MAX = 7
/** Founding owners of one network. */
export const FOUNDERS_MAX = 8
/** Largest certificate with its signature. Bytes. */
export const CERTIFICATE_BYTES_MAX = 1_024
/** Largest credential: a node certificate and a full chain. Bytes. */
export const CREDENTIAL_BYTES_MAX = 12_288
/** Names of networks, owners and nodes. Characters. */
export const NAME_LENGTH_MAX = 63
/** Addresses that an invite carries. */
export const INVITE_ADDRESSES_MAX = 4
/** One address in an invite or a seed document. Characters. */
export const ADDRESS_LENGTH_MAX = 256
/** Longest invite link, so that it passes through chats and QR codes. Characters. */
export const INVITE_LINK_LENGTH_MAX = 2_000
/** Most newcomers that one invite admits. */
export const INVITE_USES_MAX = 1_000
/** Public keys kept ready for verifying. */
export const KEY_OBJECTS_MAX = 1_024
/** Longest file with an owner's key; it has some 250. Letters. */
export const OWNER_FILE_LENGTH_MAX = 4_096
/** Chance in a passphrase that is made: five groups of five letters of 32. Letters. */
export const MADE_PASSPHRASE_LETTERS = 25
