/** Certificates as X.509 wants them (RFC 5280), written by pkijs and signed by Node's own crypto. */
import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { BitString, Integer, OctetString, Utf8String } from 'asn1js'
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
  GeneralSubtree,
  NameConstraints,
  PublicKeyInfo,
  type RelativeDistinguishedNames,
  Time,
} from 'pkijs'

export interface Lifetime {
  notBeforeMs: number
  notAfterMs: number
}

/** Who signs: a name and a P-256 key. */
export interface Issuer {
  name: string
  key: KeyObject
}

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

/** Choices of GeneralName (RFC 5280 §4.2.1.6). */
const DNS_NAME = 2
const IP_ADDRESS = 7
/** Bits of KeyUsage (§4.2.1.3), from the left, and how many bits at the end say nothing. */
const DIGITAL_SIGNATURE = { bits: 0b1000_0000, unused: 7 }
const KEY_CERT_SIGN = { bits: 0b0000_0100, unused: 2 }
/** Address and mask of every IPv4 and of every IPv6 address (§4.2.1.10). */
const EVERY_ADDRESS = [new Uint8Array(8), new Uint8Array(32)]

/** An authority for servers below `zones`, and for nothing else. DER. */
export function writeAuthority(
  { name, key }: Issuer,
  { zones, serial, lifetime }: { zones: readonly string[]; serial: Buffer; lifetime: Lifetime },
): Buffer {
  const publicKey = createPublicKey(key)
  // A constraint speaks of its own kind of name alone: addresses are named to be excluded.
  const constraints = new NameConstraints({
    permittedSubtrees: zones.map((zone) => new GeneralSubtree({ base: dnsName(zone) })),
    excludedSubtrees: EVERY_ADDRESS.map(
      (address) => new GeneralSubtree({ base: ipRange(address) }),
    ),
  })
  return signed({ name, key }, name, publicKey, serial, lifetime, [
    basicConstraints({ cA: true, pathLenConstraint: 0 }),
    keyUsage(KEY_CERT_SIGN),
    extension(OID.nameConstraints, true, constraints),
    SERVERS_ONLY,
    subjectKey(publicKey),
  ])
}

/** A certificate of one server. DER. */
export function writeServerCertificate(
  issuer: Issuer,
  of: {
    name: string
    publicKey: KeyObject
    hosts: readonly string[]
    serial: Buffer
    lifetime: Lifetime
  },
): Buffer {
  const names = new GeneralNames({ names: of.hosts.map(dnsName) })
  return signed(issuer, of.name, of.publicKey, of.serial, of.lifetime, [
    basicConstraints({ cA: false }),
    keyUsage(DIGITAL_SIGNATURE),
    SERVERS_ONLY,
    extension(OID.subjectAltName, false, names),
    subjectKey(of.publicKey),
    authorityKeyOf(issuer.key),
  ])
}

function signed(
  issuer: Issuer,
  name: string,
  publicKey: KeyObject,
  serial: Buffer,
  { notBeforeMs, notAfterMs }: Lifetime,
  extensions: Extension[],
): Buffer {
  const certificate = new Certificate()
  certificate.version = 2 // v3
  certificate.serialNumber = new Integer({ valueHex: bytesOf(positive(serial)) })
  named(certificate.issuer, issuer.name)
  named(certificate.subject, name)
  certificate.notBefore = timeOf(notBeforeMs)
  certificate.notAfter = timeOf(notAfterMs)
  certificate.subjectPublicKeyInfo = PublicKeyInfo.fromBER(bytesOf(spki(publicKey)))
  certificate.extensions = extensions
  const algorithm = { algorithmId: OID.ecdsaWithSha256 }
  certificate.signature = new AlgorithmIdentifier(algorithm)
  certificate.signatureAlgorithm = new AlgorithmIdentifier(algorithm)
  const body = certificate.encodeTBS()
  const signature = sign('sha256', Buffer.from(body.toBER()), issuer.key)
  certificate.tbsView = new Uint8Array(body.toBER())
  certificate.signatureValue = new BitString({ valueHex: bytesOf(signature) })
  return Buffer.from(certificate.toSchema(true).toBER())
}

function named(names: RelativeDistinguishedNames, name: string): void {
  const value = new Utf8String({ value: name })
  names.typesAndValues.push(new AttributeTypeAndValue({ type: OID.commonName, value }))
}

/** §4.1.2.5: two digits of the year until 2049, four from 2050 on; nothing below a second. */
function timeOf(ms: number): Time {
  const value = new Date(Math.floor(ms / 1_000) * 1_000)
  return new Time({ type: value.getUTCFullYear() < 2050 ? 0 : 1, value })
}

function dnsName(value: string): GeneralName {
  return new GeneralName({ type: DNS_NAME, value })
}

function ipRange(range: Uint8Array): GeneralName {
  return new GeneralName({
    type: IP_ADDRESS,
    value: new OctetString({ valueHex: bytesOf(range) }),
  })
}

type Written = { toSchema(): { toBER(sizeOnly?: boolean): ArrayBuffer } }

function extension(extnID: string, critical: boolean, value: Written): Extension {
  return new Extension({ extnID, critical, extnValue: value.toSchema().toBER() })
}

function basicConstraints(of: { cA: boolean; pathLenConstraint?: number }): Extension {
  return extension(OID.basicConstraints, true, new BasicConstraints(of))
}

function keyUsage({ bits, unused }: { bits: number; unused: number }): Extension {
  const value = new BitString({ valueHex: bytesOf(Uint8Array.of(bits)), unusedBits: unused })
  return new Extension({ extnID: OID.keyUsage, critical: true, extnValue: value.toBER() })
}

const SERVERS_ONLY = extension(
  OID.extendedKeyUsage,
  false,
  new ExtKeyUsage({ keyPurposes: [OID.serverAuth] }),
)

function subjectKey(key: KeyObject): Extension {
  const value = new OctetString({ valueHex: keyIdentifier(key) })
  return new Extension({ extnID: OID.subjectKeyIdentifier, extnValue: value.toBER() })
}

function authorityKeyOf(key: KeyObject): Extension {
  const keyIdentifierOf = new OctetString({ valueHex: keyIdentifier(createPublicKey(key)) })
  const value = new AuthorityKeyIdentifier({ keyIdentifier: keyIdentifierOf })
  return extension(OID.authorityKeyIdentifier, false, value)
}

/** RFC 7093 §2, method 4: 160 bits of the hash of the whole key. */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  return bytesOf(createHash('sha256').update(spki(key)).digest().subarray(0, 20))
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

/** §4.1.2.2: positive, and without a zero byte in front that is not needed. */
function positive(serial: Buffer): Buffer {
  const bytes = Buffer.from(serial)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes
}

/** The bytes alone: a Buffer is mostly a view of a larger one. */
function bytesOf(view: Uint8Array): ArrayBuffer {
  return Uint8Array.from(view).buffer
}
