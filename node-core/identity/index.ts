/**
 * Who is who, and who may do what. One Ed25519 key in all its forms, signed envelopes, the genesis
 * document, invites, and the two kinds of certificate (owner → node, network → owner).
 *
 * Owner and node are two keys: the owner's key signs its nodes' certificates; permissions belong to
 * owners. Everything signed is DAG-CBOR under one domain-separated envelope (`envelope.ts`).
 */
import type { NodeId } from '../base/net/index.ts'

/** Hex of SHA-256 of an owner's 32-byte public key. */
export type OwnerId = string & { readonly __brand: 'OwnerId' }
/** Hex of SHA-256 of the signed genesis document. */
export type NetworkId = string & { readonly __brand: 'NetworkId' }

/** admin: parameters, members, any workload. invite. deploy: own workloads. use. */
export type Permission = 'admin' | 'invite' | 'deploy' | 'use'
/** What a node does for the network; not a right. */
export type Role = 'sclerotia' | 'rhizomorph' | 'hypha'
export type ConsensusEngine = 'raft' | 'simplex'

/** A key that can sign. */
export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** A key with its private half: the keystore hands it to the mesh, whose handshakes need it. */
export interface KeyPair extends Signer {
  /** 32 bytes. Never logged, never sent. */
  readonly seed: Uint8Array
}

/** The keys of one home. */
export interface Keystore {
  /** Made at the first call. Throws IDENTITY_MALFORMED for a file that is there but no key. */
  nodeKey(): Promise<KeyPair>
  ownerKey(): Promise<KeyPair>
  /** The owner's key if there is one. Throws as above. */
  heldOwnerKey(): Promise<KeyPair | undefined>
  /**
   * Takes an owner's key from another computer. Where there is a different one it throws
   * OWNER_KEY_EXISTS, or with `replace` lays that aside, as `identity/owner-<first digits>.key`.
   */
  adoptOwnerKey(key: KeyPair, options: { replace: boolean }): Promise<void>
  /** Throws as that would, and changes nothing. */
  mayAdoptOwnerKey(key: KeyPair, options: { replace: boolean }): Promise<void>
}

/** What a signature is for; part of what is signed. */
export type EnvelopeContext =
  | 'genesis'
  | 'membership'
  | 'node'
  | 'invite'
  | 'invite-proof'
  | 'join'
  | 'seed'
  | 'state'
  | 'command'
  | 'consensus'
  | 'log'
  | 'committee'
  | 'spore'
  | 'pass'

export interface OpenEnvelope {
  /** Who signed. */
  key: Uint8Array
  payload: Uint8Array
}

/** Founds a network. Its id is the SHA-256 of the document with its signature. */
export interface Genesis {
  /** 2: with the founding voters, which a network of Simplex begins with (docs/adr/0012). 3: reads by the leader's lease, under Raft. */
  version: 1 | 2 | 3
  name: string
  /** ISO 8601. */
  createdAt: string
  /** Public keys of the founding owners; they hold every permission for ever. */
  founders: Uint8Array[]
  consensus: ConsensusEngine
  /** Empty but in the second version. */
  voters: NodeId[]
  /** Whether a leader answers reads by its lease (docs/adr/0007): in the third version alone. */
  leaseReads: boolean
  /** Makes two networks of one name and one second differ. 16 bytes. */
  nonce: Uint8Array
}

/** A genesis that was checked, with its bytes and its hash. */
export interface FoundedNetwork {
  id: NetworkId
  genesis: Genesis
  bytes: Uint8Array
}

/**
 * Network → owner: this owner is a member with these permissions. Lasts 30 days, renewed on
 * contact.
 */
export interface MembershipCertificate {
  network: NetworkId
  owner: Uint8Array
  ownerName: string
  permissions: Permission[]
  issuer: Uint8Array
  serial: string
  notBefore: string
  notAfter: string
}

/** Owner → node: this node is mine. Lasts 30 days. */
export interface NodeCertificate {
  network: NetworkId
  node: Uint8Array
  owner: Uint8Array
  notBefore: string
  notAfter: string
}

/** What a node shows at every handshake: envelopes, leaf first, up to a founder of the genesis. */
export interface Credential {
  node: Uint8Array
  membership: Uint8Array[]
}

/** What a verified credential says. */
export interface VerifiedMember {
  nodeId: NodeId
  nodeKey: Uint8Array
  ownerId: OwnerId
  ownerKey: Uint8Array
  ownerName: string
  permissions: ReadonlySet<Permission>
  /** The chain above it, the nearest first. */
  issuers: readonly ChainIssuer[]
  /** The earlier end of the two certificates. */
  notAfterMs: number
}

/** An owner in somebody's chain; founders, whose rights are for ever, are left out. */
export interface ChainIssuer {
  owner: OwnerId
  /** What its own certificate in the chain says. */
  held: readonly Permission[]
  /** What it passed on by the certificate below. */
  passedOn: readonly Permission[]
}

/** One owner's verified chain. */
export interface VerifiedMembership {
  ownerId: OwnerId
  ownerName: string
  permissions: ReadonlySet<Permission>
  issuers: readonly ChainIssuer[]
  founder: boolean
  notAfterMs: number
}

/** What a credential is judged by. */
export interface CredentialCheck {
  network: FoundedNetwork
  /**
   * undefined: expiry is not judged (records of the shared state; nobody knows when they were
   * made).
   */
  nowMs: number | undefined
  isRemoved?: (owner: OwnerId) => boolean
  /**
   * Whether what an issuer signed counts by itself: not once it was removed, or has lost the right
   * to invite or what it passed on, since what it signs now can be dated back. Default: not removed.
   */
  mayPassOn?: (issuer: ChainIssuer) => boolean
  /**
   * What `net/member/<owner>` grants, if it stands. Asked when an issuer may not pass on: its
   * admissions count if they are on record, and no further.
   */
  vouchedFor?: (owner: OwnerId) => readonly Permission[] | undefined
}

/** What the issuer of an invite decides. */
export interface InviteRequest {
  /** What the issuer calls itself; shown to the newcomer before it asks. */
  issuerName: string
  /** Where to reach the issuer's node, the best ones first. */
  addresses: readonly string[]
  /** The issuer's own chain; empty for a founder. */
  issuerMembership: readonly Uint8Array[]
  permissions: Iterable<Permission>
  role: Role
  /** ISO 8601. */
  expiresAt: string
  uses: number
}

/** The signed part of an invite: what the newcomer shows to the node it asks. */
export interface SignedInvite {
  genesis: Uint8Array
  network: FoundedNetwork
  addresses: string[]
  issuer: Uint8Array
  issuerName: string
  /**
   * The issuer's own membership chain, so that a newcomer can check the invite alone. Empty when
   * the issuer is a founder, or when the chain does not fit into a link.
   */
  issuerMembership: Uint8Array[]
  serial: string
  permissions: Permission[]
  role: Role
  /** ISO 8601. */
  expiresAt: string
  uses: number
  oneTimePublicKey: Uint8Array
  /** The envelope itself. */
  signed: Uint8Array
}

export interface Invite extends SignedInvite {
  /** The seed of a one-time Ed25519 key; the newcomer signs its request with it. 32 bytes. */
  oneTimeKey: Uint8Array
}

export type IdentityErrorCode =
  /** Not a key, an id or a document in its only permitted form. */
  | 'IDENTITY_MALFORMED'
  /** The signature does not hold. */
  | 'SIGNATURE_INVALID'
  /** The certificate or the invite is no longer valid, or not yet. */
  | 'CERTIFICATE_EXPIRED'
  /** The chain does not lead to a founder, or grants more than its issuer holds. */
  | 'CERTIFICATE_UNTRUSTED'
  /** Another network's document. */
  | 'WRONG_NETWORK'
  /** The owner was removed. */
  | 'MEMBER_REMOVED'
  | 'INVITE_EXPIRED'
  | 'INVITE_SPENT'
  /** Cut short, mistyped, or signed by nobody. */
  | 'INVITE_INVALID'
  /** Lacks the permission asked for. */
  | 'FORBIDDEN'
  /** The home has an owner key already, and it is another one. */
  | 'OWNER_KEY_EXISTS'
  /** No file of an owner's key, or not all of it. */
  | 'OWNER_FILE_INVALID'
  | 'PASSPHRASE_WRONG'

export {
  issueMembership,
  issueNodeCertificate,
  type MembershipRequest,
  parseMembership,
  parseNodeCertificate,
} from './certificates.ts'
export {
  encodeCredential,
  parseCredential,
  verifyCredential,
  verifyMembership,
} from './credential.ts'
export { openEnvelope, sealEnvelope, signedBytes } from './envelope.ts'
export { foundNetwork, type GenesisRequest, isFounder, parseGenesis } from './genesis.ts'
export {
  didOf,
  nodeIdOf,
  ownerIdOf,
  parseAnyId,
  parseNetworkId,
  parseOwnerId,
  parsePublicKey,
  peerIdOf,
} from './id-forms.ts'
export {
  checkInviteProof,
  checkInviteTime,
  createInvite,
  parseInvite,
  parseSignedInvite,
  proveInvite,
} from './invites.ts'
export {
  encodeOpenSshPublicKey,
  encodePrivateKeyPem,
  generateKey,
  keyFromSeed,
  parsePrivateKeyPem,
} from './keys.ts'
export { createKeystore, type KeystoreDeps } from './keystore.ts'
export { makePassphrase, openOwnerKey, sealOwnerKey } from './owner-file.ts'
export { open, openSealed, seal, sealTo } from './sealing.ts'
export { type Verify, verify } from './signature.ts'
