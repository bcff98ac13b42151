/**
 * The bytes of every signed document, pinned: whoever changes one of them decides to, since
 * networks that exist would not understand each other any more. Signatures are deterministic (RFC
 * 8032).
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../base/random/index.ts'
import {
  createInvite,
  encodeCredential,
  foundNetwork,
  generateKey,
  issueMembership,
  issueNodeCertificate,
  nodeIdOf,
  parseCredential,
  parseGenesis,
  parseInvite,
  parseMembership,
  parseNodeCertificate,
  proveInvite,
  verifyCredential,
} from './index.ts'
import pinned from './testdata/documents.json' with { type: 'json' }

const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z')

function makeDocuments(): Record<string, Uint8Array> {
  const random = createSeededRandom(2026)
  const founder = generateKey(random)
  const node = generateKey(random)
  const network = foundNetwork(
    founder,
    { name: 'Home', consensus: 'raft', createdAt: '2026-11-20T12:00:00.000Z' },
    random,
  )
  const permissions = ['admin', 'invite', 'deploy', 'use'] as const
  const request = { owner: founder.publicKey, ownerName: 'Ada', permissions, nowMs: NOW_MS }
  const membership = issueMembership(founder, network.id, request, random)
  const certificate = { node: node.publicKey, nowMs: NOW_MS }
  const nodeCertificate = issueNodeCertificate(founder, network.id, certificate)
  const { invite, link } = createInvite(
    founder,
    network,
    {
      addresses: ['/ip4/192.168.1.2/tcp/4000'],
      issuerName: 'Ada',
      issuerMembership: [],
      permissions: ['deploy', 'use'],
      role: 'rhizomorph',
      expiresAt: '2026-11-21T12:00:00.000Z',
      uses: 1,
    },
    random,
  )
  // Last, so that what stands above keeps its chance.
  const ofSimplex = foundNetwork(
    founder,
    {
      ...{ name: 'Home', consensus: 'simplex', createdAt: '2026-11-20T12:00:00.000Z' },
      voters: [nodeIdOf(node.publicKey)],
    },
    random,
  )
  const ofLeases = foundNetwork(
    founder,
    {
      ...{ name: 'Home', consensus: 'raft', createdAt: '2026-11-20T12:00:00.000Z' },
      leaseReads: true,
    },
    random,
  )
  return {
    genesis: network.bytes,
    genesisOfSimplex: ofSimplex.bytes,
    genesisOfLeases: ofLeases.bytes,
    membership,
    nodeCertificate,
    credential: encodeCredential({ node: nodeCertificate, membership: [membership] }),
    invite: invite.signed,
    inviteProof: proveInvite(invite, node.publicKey),
    inviteLink: new Uint8Array(Buffer.from(link)),
  }
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))

describe('signed documents', () => {
  const made = makeDocuments()

  it.each(Object.entries(pinned))('keep their bytes: %s', (name, { sha256, base64 }) => {
    const bytes = made[name] ?? new Uint8Array()
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect(Buffer.from(bytes).toString('base64')).toBe(base64)
  })

  it('are all pinned', () => {
    expect(Object.keys(pinned).sort()).toEqual(Object.keys(made).sort())
  })

  it('are read from their pinned bytes', () => {
    const network = parseGenesis(bytesOf(pinned.genesis.base64))
    expect(network.genesis.name).toBe('Home')
    const { genesis } = parseGenesis(bytesOf(pinned.genesisOfSimplex.base64))
    expect(genesis.voters).toHaveLength(1)
    expect(parseGenesis(bytesOf(pinned.genesisOfLeases.base64)).genesis.leaseReads).toBe(true)
    const certificate = parseMembership(network.id, bytesOf(pinned.membership.base64))
    expect(certificate.ownerName).toBe('Ada')
    const node = parseNodeCertificate(network.id, bytesOf(pinned.nodeCertificate.base64))
    expect(node.notAfter).toBe('2026-12-20T12:00:00.000Z')
    const credential = bytesOf(pinned.credential.base64)
    expect(parseCredential(credential).membership).toHaveLength(1)
    expect(verifyCredential(credential, { network, nowMs: NOW_MS }).ownerName).toBe('Ada')
    const link = Buffer.from(pinned.inviteLink.base64, 'base64').toString()
    expect(parseInvite(link).network.id).toBe(network.id)
  })
})
