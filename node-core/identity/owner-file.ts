/** An owner's key on its way to another computer of hers, or kept: sealed under a passphrase (docs/adr/0045). */
import { scrypt } from 'node:crypto'
import { z } from 'zod'
import { decode, encode } from '../base/codec/index.ts'
import { isCode, MyceliumError } from '../base/errors/index.ts'
import type { Random } from '../base/random/index.ts'
import type { IdentityErrorCode, KeyPair } from './index.ts'
import { keyFromSeed } from './keys.ts'
import { MADE_PASSPHRASE_LETTERS, OWNER_FILE_LENGTH_MAX } from './limits.ts'
import { open, seal } from './sealing.ts'

const BEGIN = '-----BEGIN MYCELIUM OWNER KEY-----'
const END = '-----END MYCELIUM OWNER KEY-----'
const LINE_LENGTH = 64

/** Of version 1. RFC 7914; 128 · r · N bytes of memory. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 } as const
const SALT_BYTES = 16
const KEY_BYTES = 32

const bytesOf = (length: number) =>
  z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength === length)
const content = z.strictObject({
  version: z.literal(1),
  owner: bytesOf(32),
  salt: bytesOf(SALT_BYTES),
  sealed: bytesOf(32 + 16),
})

/** Without letters that are taken for others; groups, as it is copied by hand. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz023456789'

/** 32 letters, so the lowest five bits of a byte choose one evenly. */
export function makePassphrase(random: Random): string {
  const bytes = [...random.bytes(MADE_PASSPHRASE_LETTERS)]
  const letters = bytes.map((byte) => LETTERS[byte % LETTERS.length])
  return letters.join('').replace(/(.{5})(?=.)/g, '$1-')
}

/** Takes a third of a second, as it is meant to, of another thread: this one may be a node's. */
export async function sealOwnerKey(
  key: KeyPair,
  passphrase: string,
  random: Random,
): Promise<string> {
  const salt = random.bytes(SALT_BYTES)
  const sealed = seal(await keyOf(passphrase, salt), key.seed)
  const bytes = encode({ version: 1, owner: key.publicKey, salt, sealed })
  const base64 = Buffer.from(bytes).toString('base64')
  const lines = base64.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []
  return `${[BEGIN, ...lines, END].join('\n')}\n`
}

/** Throws OWNER_FILE_INVALID for what is no such file, PASSPHRASE_WRONG where it does not open. */
export async function openOwnerKey(text: string, passphrase: string): Promise<KeyPair> {
  const { owner, salt, sealed } = parseOwnerFile(text)
  const seed = open(await keyOf(passphrase, salt), sealed)
  if (!seed) throw failure('PASSPHRASE_WRONG', 'The passphrase does not open this file.')
  const key = keyFromSeed(seed)
  if (Buffer.from(key.publicKey).equals(owner)) return key
  throw failure('OWNER_FILE_INVALID', 'It holds another key than it says.')
}

function parseOwnerFile(text: string): z.output<typeof content> {
  const between = text.length <= OWNER_FILE_LENGTH_MAX ? text.trim() : ''
  if (between.startsWith(BEGIN) && between.endsWith(END)) {
    const base64 = between.slice(BEGIN.length, -END.length).replace(/\s/g, '')
    const parsed = content.safeParse(decoded(Buffer.from(base64, 'base64')))
    if (parsed.success) return parsed.data
  }
  throw failure(
    'OWNER_FILE_INVALID',
    'This is no key of an owner as `mycelium owner export` has it.',
  )
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (error) {
    // It says less than what is thrown for any other thing that is no such file.
    if (isCode(error, 'CODEC_MALFORMED')) return undefined
    throw error
  }
}

/** One passphrase has one form, whatever keyboard it comes from. */
function keyOf(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  const text = passphrase.normalize('NFKC')
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, SCRYPT, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function failure(code: IdentityErrorCode, message: string) {
  return new MyceliumError<IdentityErrorCode>(code, message)
}
