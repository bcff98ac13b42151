/**
 * `<home>/config.toml`. Every wrong field is named at once. Every key is also a flag of `up`, which
 * stands above the file. Keys keep the names people know from Micelio.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { parseRange } from '../node-core/work/addresses/index.ts'
import { parseMemoryBytes } from '../node-core/work/spec/index.ts'
import { inWords } from './config-words.ts'
import { wrongUsage } from './exit-codes.ts'
import { CERTIFICATES_MAX } from './limits.ts'
import { parseDurationMs } from './text/parse.ts'

const duration = z.string().transform((text, context) => {
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  context.addIssue({ code: 'custom', message: 'Not a duration, such as "30s", "5m" or "24h".' })
  return z.NEVER
})

const size = z.string().transform((text, context) => {
  const bytes = parseMemoryBytes(text)
  if (bytes !== undefined) return bytes
  context.addIssue({ code: 'custom', message: 'Not a size, such as "20Gi" or "500M".' })
  return z.NEVER
})

const MULTIADDR = /^\/(ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/(tcp|udp)\/\d{1,5}(\/[^\s]*)?$/

/** A multiaddr, or `host:port` as Micelio writes it, which becomes TCP and QUIC at that port. */
const listen = z.string().transform((text, context): string[] => {
  if (MULTIADDR.test(text)) return [text]
  const match = /^(\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(text)
  const host = match?.[1]
  if (host === undefined || Number(match?.[2]) > 65_535) {
    context.addIssue({
      code: 'custom',
      message: 'Not an address, such as "/ip4/0.0.0.0/tcp/4000" or "0.0.0.0:4000".',
    })
    return z.NEVER
  }
  const ip = host.startsWith('[') ? `/ip6/${host.slice(1, -1)}` : `/ip4/${host}`
  return [`${ip}/tcp/${match?.[2]}`, `${ip}/udp/${match?.[2]}/quic-v1`]
})

const oneOrMore = z
  .union([z.string(), z.array(z.string()).max(32)], { error: 'Must be text or a list of texts.' })
  .transform((value) => (typeof value === 'string' ? [value] : value))
const addresses = oneOrMore.pipe(z.array(listen)).transform((lists) => lists.flat())
const tags = z.array(z.string().regex(/^[^=\s]{1,63}(=.{0,255})?$/, 'Not KEY or KEY=VALUE.'))

const hosts = oneOrMore.pipe(
  z.array(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, 'Not a host name.')),
)

/** A name of a certificate, as clients ask for it; `*.` stands for one label. */
const certifiedName = z
  .string()
  .regex(
    /^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/,
    'Not a host name in lower case, such as "shop.example.org" or "*.example.org".',
  )
const workloadName = z
  .string()
  .regex(/^(\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$/, 'Not the name of a workload.')
const certificate = z.strictObject({
  certificate: z.string().min(1),
  key: z.string().min(1),
  names: z
    .record(certifiedName, workloadName)
    .default({})
    .refine(
      (names) => Object.entries(names).every(([name, to]) => to !== '*' || name.startsWith('*.')),
      'Only a name that begins with "*." may lead to "*".',
    ),
})

const wholeNumber = (min: number, max: number) => {
  const error = `Must be a whole number from ${min} to ${max}.`
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error })
}
const port = wholeNumber(0, 65_535)

const ranges = oneOrMore.pipe(
  z.array(
    z.string().refine((text) => parseRange(text) !== undefined, {
      error: 'Not an IPv4 address or range, such as "192.168.1.20" or "192.168.1.0/24".',
    }),
  ),
)

const shape = z.strictObject({
  node: z
    .strictObject({
      name: z.string().trim().min(1).max(63).optional(),
      tags: tags.optional(),
      data_dir: z.string().min(1).optional(),
    })
    .optional(),
  network: z
    .strictObject({
      listen: addresses.optional(),
      advertise_addr: addresses.optional(),
      bootstrap: addresses.optional(),
      max_peers: wholeNumber(1, 10_000).optional(),
      exchange_interval: duration.optional(),
      discovery_interval: duration.optional(),
      mdns: z.boolean().optional(),
    })
    .optional(),
  api: z.strictObject({ port: port.optional() }).optional(),
  edge: z
    .strictObject({
      port: port.optional(),
      host: z
        .union([z.ipv4(), z.ipv6()], { error: 'Not an address, such as "0.0.0.0".' })
        .optional(),
      names: hosts.optional(),
      tls_port: port.optional(),
      certificates: z.array(certificate).max(CERTIFICATES_MAX).optional(),
    })
    .optional(),
  work: z
    .strictObject({
      strangers: z
        .array(z.enum(['container', 'process']))
        .max(2)
        .optional(),
      gpus: z
        .union(
          [
            z.literal('all'),
            z.literal('none'),
            z.array(z.string().regex(/^[A-Za-z0-9]{1,32}$/)).max(64),
          ],
          {
            error: 'Say "all", "none", or their names, such as ["renderD128"].',
          },
        )
        .optional(),
    })
    .optional(),
  shield: z.strictObject({ open: ranges.optional() }).optional(),
  storage: z.strictObject({ budget: size.optional() }).optional(),
  logging: z
    .strictObject({
      level: z.enum(['error', 'warn', 'info', 'debug']).optional(),
      format: z.enum(['text', 'json']).optional(),
    })
    .optional(),
  state: z
    .strictObject({ tombstone_ttl: duration.optional(), gc_interval: duration.optional() })
    .optional(),
})
export type Config = z.output<typeof shape>
/** The same before it is checked, as flags give it. */
export type ConfigInput = z.input<typeof shape>

export const CONFIG_FILE = 'config.toml'

/** The flag of `up` for each key, where it is not the key's own words. */
const FLAGS: Readonly<Record<string, string>> = {
  'node.tags': '--tag',
  'api.port': '--api-port',
  'edge.port': '--edge-port',
  'edge.host': '--edge-host',
  'edge.tls_port': '--edge-tls-port',
  'shield.open': '--shield-open',
  'storage.budget': '--storage-budget',
  'logging.level': '--log-level',
  'logging.format': '--log-format',
}

/** The file of a home with the flags above it, checked together. Throws naming every wrong field. */
export function readConfig(home: string, flags: ConfigInput = {}): Config {
  const file = path.join(home, CONFIG_FILE)
  const { edge, ...rest } = parseConfig(merge(readToml(file), flags), file, flags)
  if (!edge?.certificates) return { ...rest, ...(edge && { edge }) }
  // As in most configurations, a path is one seen from the file that names it.
  const from = (name: string): string => path.resolve(home, name)
  const certificates = edge.certificates.map(({ certificate, key, names }) => {
    return { certificate: from(certificate), key: from(key), names }
  })
  return { ...rest, edge: { ...edge, certificates } }
}

/** @param flags Those that were given: what is wrong of them is not the file's. */
export function parseConfig(value: unknown, file: string, flags: ConfigInput = {}): Config {
  const parsed = shape.safeParse(value, { error: inWords })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue, flags))
  const list = problems.map(({ path: field, message }) => `  ${field}: ${message}`).join('\n')
  const isOfFlags = problems.every(({ path: field }) => field.startsWith('--'))
  const what = isOfFlags ? 'What was given is wrong' : `The configuration (${file}) is wrong`
  throw wrongUsage(`${what}:\n${list}`, problems)
}

interface WrongField {
  path: string
  message: string
}

function problemsOf(issue: z.core.$ZodIssue, flags: ConfigInput): WrongField[] {
  const where = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...where, key].join('.'),
      message: 'There is no such key.',
    }))
  }
  const path = flagOf(where, flags) ?? (where.join('.') || '(the whole)')
  return [{ path, message: issue.message }]
}

/** Undefined where the value stands in the file. */
function flagOf([section = '', key = '']: string[], flags: ConfigInput): string | undefined {
  const given: unknown = Object.entries(flags).find(([name]) => name === section)?.[1]
  if (!isRecord(given) || given[key] === undefined) return undefined
  return FLAGS[`${section}.${key}`] ?? `--${key.replaceAll('_', '-')}`
}

function readToml(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    // ENOTDIR: in no home can be a file. Whoever takes the home says so.
    if (code === 'ENOENT' || code === 'ENOTDIR') return {}
    throw error
  }
  try {
    return parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw wrongUsage(`The configuration (${file}) is not TOML: ${why}`)
  }
}

/** Section by section; a flag that was given takes the place of the file's key. */
function merge(file: Record<string, unknown>, flags: ConfigInput): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...file }
  for (const [section, keys] of Object.entries(flags)) {
    const given = Object.entries(keys ?? {}).filter(([, value]) => value !== undefined)
    if (given.length === 0) continue
    const held = merged[section]
    merged[section] = { ...(isRecord(held) ? held : {}), ...Object.fromEntries(given) }
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
