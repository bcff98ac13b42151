/** What a bundle says of itself, its one signed form, and the hash that the signature covers. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { bundleInvalid } from './errors.ts'
import { goJson, goObject, namesKeyTwice } from './go-json.ts'
import {
  COMMAND_BYTES_MAX,
  LIST_MAX,
  MANIFEST_BYTES_MAX,
  VALUE_LENGTH_MAX,
  WORD_LENGTH_MAX,
} from './limits.ts'

/** Go would write a lone surrogate as U+FFFD, so such a text has no signed form. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => value.isWellFormed(), 'not valid Unicode')
const word = text(WORD_LENGTH_MAX)
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** Bytes of fixed length in the only base64 that encodes them so. */
const base64 = (bytes: number) =>
  z.string().refine((value) => {
    const decoded = Buffer.from(value, 'base64')
    return decoded.byteLength === bytes && decoded.toString('base64') === value
  }, `not ${bytes} bytes in base64`)

/** One plain file name: the program lies beside the manifest. With a `=` `env` takes it for a variable. */
const fileName = word
  .min(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control letters are what is refused
  .regex(/^[^/\\:=\u0000-\u001f\u007f]+$/, 'not a plain file name')
  .refine((name) => !/^\.{1,2}$/.test(name), 'not a plain file name')
  .refine((name) => name.toLowerCase() !== 'manifest.json', 'the name of the manifest itself')
  .refine((name) => name.toLowerCase() !== 'tmp', 'the name of the folder beside the program')
  .refine((name) => Buffer.byteLength(name) <= COMMAND_BYTES_MAX, {
    error: `more than ${COMMAND_BYTES_MAX} bytes`,
  })

/** A nil slice or map is `null` in Go, and signed as `null`. */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/)
const environment = z
  .record(
    variable,
    text(VALUE_LENGTH_MAX).refine((value) => !value.includes('\0'), 'has a NUL'),
  )
  .refine((record) => Object.keys(record).length <= LIST_MAX, `more than ${LIST_MAX} variables`)

const shape = {
  kind: z.literal('Spore'),
  name: word.min(1),
  version: word.min(1),
  command: fileName,
  args: z.array(text(VALUE_LENGTH_MAX)).max(LIST_MAX).nullable(),
  env: environment.nullable(),
  provides: z.array(word).max(LIST_MAX).nullable(),
  nutrients: z.strictObject({ cpu_milli: count, memory_mb: count }),
  slo: z.strictObject({ p99_budget_ms: count }),
  security: z.strictObject({ lsm_profile: word, read_only_fs: z.boolean() }),
  created_at: word,
}
const manifest = z.strictObject({
  ...shape,
  binary_sha256: z.string().regex(/^[0-9a-f]{64}$/, 'not 64 lower-case hex digits'),
  signature: base64(64),
  public_key: base64(32),
})
/** What an author writes: the rest is filled in by `bundle build`. */
const draft = z.strictObject({
  kind: shape.kind.default('Spore'),
  name: shape.name,
  version: shape.version,
  command: shape.command,
  args: shape.args.default([]),
  env: shape.env.default({}),
  provides: shape.provides.default(['http']),
  nutrients: shape.nutrients.default({ cpu_milli: 100, memory_mb: 128 }),
  slo: shape.slo.default({ p99_budget_ms: 0 }),
  security: shape.security.default({ lsm_profile: '', read_only_fs: false }),
  created_at: word.optional(),
  binary_sha256: z.string().optional(),
  signature: z.string().optional(),
  public_key: z.string().optional(),
})

export type Manifest = z.infer<typeof manifest>
export type ManifestDraft = z.infer<typeof draft>

/** The manifest in an archive: every field there, none twice, none unknown. */
export function parseManifest(bytes: Uint8Array): Manifest {
  return parse(manifest, bytes)
}

/** The manifest file that an author hands to `bundle build`. */
export function parseManifestDraft(bytes: Uint8Array): ManifestDraft {
  return parse(draft, bytes)
}

/** Compact, in the contract's field order; `signature` as given. */
export function canonicalManifest(of: Manifest): string {
  const { nutrients, slo, security } = of
  return goObject([
    ['kind', goJson(of.kind)],
    ['name', goJson(of.name)],
    ['version', goJson(of.version)],
    ['command', goJson(of.command)],
    ['args', goJson(of.args)],
    ['env', goJson(of.env)],
    ['provides', goJson(of.provides)],
    [
      'nutrients',
      goObject([
        ['cpu_milli', goJson(nutrients.cpu_milli)],
        ['memory_mb', goJson(nutrients.memory_mb)],
      ]),
    ],
    ['slo', goObject([['p99_budget_ms', goJson(slo.p99_budget_ms)]])],
    [
      'security',
      goObject([
        ['lsm_profile', goJson(security.lsm_profile)],
        ['read_only_fs', goJson(security.read_only_fs)],
      ]),
    ],
    ['created_at', goJson(of.created_at)],
    ['binary_sha256', goJson(of.binary_sha256)],
    ['signature', goJson(of.signature)],
    ['public_key', goJson(of.public_key)],
  ])
}

/** SHA-256(manifest with signature "" ‖ the 32 bytes of the program's hash): what is signed. */
export function messageHash(of: Manifest): Uint8Array {
  return createHash('sha256')
    .update(canonicalManifest({ ...of, signature: '' }))
    .update(Buffer.from(of.binary_sha256, 'hex'))
    .digest()
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  if (bytes.byteLength > MANIFEST_BYTES_MAX) {
    throw bundleInvalid('manifest', 'The manifest is larger than 64 KiB.')
  }
  let json: string
  let value: unknown
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(json)
  } catch (cause) {
    throw bundleInvalid('manifest', 'The manifest is not JSON in UTF-8.', { cause })
  }
  if (namesKeyTwice(json)) throw bundleInvalid('manifest', 'The manifest names a field twice.')
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: path.map(String).join('.'),
    message,
  }))
  const fields = issues.map(({ path, message }) => `${path || 'the whole'}: ${message}`).join('; ')
  throw bundleInvalid('manifest', `The manifest is wrong. ${fields}`, { issues })
}
