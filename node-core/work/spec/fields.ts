/** Single fields of a workload, as zod shapes shared by what people send and what is stored. */
import { z } from 'zod'
import { isTimeZone, parseCron } from './cron.ts'
import {
  BACKOFF_MS_MAX,
  BACKOFF_MS_MIN,
  COMMAND_WORD_LENGTH_MAX,
  COMMAND_WORDS_MAX,
  CRON_LENGTH_MAX,
  DEADLINE_MS_MAX,
  DEADLINE_MS_MIN,
  ENV_MAX,
  ENV_VALUE_LENGTH_MAX,
  GRACE_MS_MAX,
  HEALTH_PATH_LENGTH_MAX,
  HOST_NAME_LENGTH_MAX,
  IMAGE_LENGTH_MAX,
  LABEL_KEY_LENGTH_MAX,
  LABEL_VALUE_LENGTH_MAX,
  LABELS_MAX,
  LOST_AFTER_MS_MAX,
  NEIGHBOURS_MAX,
  PROBE_FAILURES_MAX,
  PROBE_PERIOD_MS_MAX,
  PROBE_PERIOD_MS_MIN,
  PROBE_TIMEOUT_MS_MAX,
  PROBE_TIMEOUT_MS_MIN,
  REPLICAS_MAX,
  RESTARTS_MAX,
  RETRIES_MAX,
  SECRETS_MAX,
  START_WITHIN_MS_MAX,
  USES_MAX,
  VOLUME_NAME_LENGTH_MAX,
} from './limits.ts'

export const name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'Use 1 to 63 of a-z, 0-9 and "-", not "-" at either end.',
})

export const volumeName = name.max(VOLUME_NAME_LENGTH_MAX, {
  error: `Use at most ${VOLUME_NAME_LENGTH_MAX} letters.`,
})

export const replicas = z
  .number()
  .refine((count) => Number.isInteger(count) && count >= 1 && count <= REPLICAS_MAX, {
    error: `Ask for a whole number from 1 to ${REPLICAS_MAX}.`,
  })

export const portNumber = z
  .number()
  .refine((port) => Number.isInteger(port) && port >= 1 && port <= 65_535, {
    error: 'A port is a whole number from 1 to 65535.',
  })

/** Half of a surrogate pair has no bytes: it can be neither stored nor handed to anybody. */
export const isText = (text: string): boolean => text.isWellFormed()
export const NOT_TEXT = 'Not text: it holds half of a letter (a lone surrogate).'

/** What is handed to a program: no NUL, which would cut it short. */
const handed = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .refine((text) => !text.includes('\0'), { error: 'Must not contain a NUL.' })
    .refine(isText, { error: NOT_TEXT })

const words = z.array(handed(COMMAND_WORD_LENGTH_MAX)).max(COMMAND_WORDS_MAX)
export const command = words
export const args = words

export const image = z
  .string()
  .max(IMAGE_LENGTH_MAX)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, {
    error: 'Not an image reference, such as "nginx:1.27" or "registry.example/team/app:2".',
  })

export const bundle = z.string().regex(/^sha256:[0-9a-f]{64}$/, {
  error: 'Not a digest: "sha256:" and 64 hex digits.',
})

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const VARIABLE_NAME_ERROR = 'A variable name has letters, digits and "_", and no digit first.'

export const env = z
  .record(z.string(), handed(ENV_VALUE_LENGTH_MAX))
  .superRefine((variables, context) => {
    const keys = Object.keys(variables)
    if (keys.length > ENV_MAX) {
      context.addIssue({ code: 'custom', message: `Too many variables: at most ${ENV_MAX}.` })
    }
    for (const key of keys) {
      if (VARIABLE_NAME.test(key)) continue
      context.addIssue({
        code: 'custom',
        path: [key],
        message: VARIABLE_NAME_ERROR,
      })
    }
  })

export const labels = z
  .record(z.string(), z.string().max(LABEL_VALUE_LENGTH_MAX).refine(isText, { error: NOT_TEXT }))
  .superRefine((map, context) => {
    const keys = Object.keys(map)
    if (keys.length > LABELS_MAX) {
      context.addIssue({ code: 'custom', message: `Too many labels: at most ${LABELS_MAX}.` })
    }
    for (const key of keys) {
      const fits = key.length >= 1 && key.length <= LABEL_KEY_LENGTH_MAX
      const long = `A label's key has 1 to ${LABEL_KEY_LENGTH_MAX} letters.`
      if (fits && isText(key)) continue
      context.addIssue({ code: 'custom', path: [key], message: fits ? NOT_TEXT : long })
    }
  })

export const healthPath = z
  .string()
  .max(HEALTH_PATH_LENGTH_MAX)
  .regex(/^\/[\x21-\x7e]*$/, { error: 'A path starts with "/" and has no spaces.' })
export const periodMs = z.number().int().min(PROBE_PERIOD_MS_MIN).max(PROBE_PERIOD_MS_MAX)
export const timeoutMs = z.number().int().min(PROBE_TIMEOUT_MS_MIN).max(PROBE_TIMEOUT_MS_MAX)
export const probeFailures = z.number().int().min(1).max(PROBE_FAILURES_MAX)
export const spread = z.enum(['node', 'site', 'owner'])
export const neighbours = z.array(name).max(NEIGHBOURS_MAX)
/** With `_` too: compose files call services so, and resolvers that read a file do not mind. */
export const hostName = z
  .string()
  .max(HOST_NAME_LENGTH_MAX)
  .regex(/^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/, {
    error: 'Not a host name in small letters, such as "db" or "db.internal".',
  })
  .refine((text) => text !== 'localhost', { error: 'That is the instance itself.' })
export const use = z.strictObject({ name, as: hostName })
export const uses = z
  .array(z.union([name, z.strictObject({ name, as: hostName.exactOptional() })]))
  .max(USES_MAX)
/** Part of `<workload>/<rest>`, as the registry names secrets. */
const secretName = z.string().regex(/^[a-z0-9-]{1,63}\/[\x21-\x7e]{1,448}$/, {
  error: 'Not a name such as "shop/password": it begins with the name of the workload.',
})
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, {
  error: 'A file name of letters, digits, ".", "_" and "-".',
})
const variableName = z.string().regex(VARIABLE_NAME, { error: VARIABLE_NAME_ERROR })
const secretUse = z.strictObject({
  name: secretName,
  env: variableName.exactOptional(),
  file: fileName.exactOptional(),
})
export const secretUses = z.array(secretUse).max(SECRETS_MAX)
export const atOnce = z.number().int().min(1).max(REPLICAS_MAX)
export const restartWhen = z.enum(['always', 'onFailure', 'never'])
export const restarts = z.number().int().min(1).max(RESTARTS_MAX)
export const backoffMs = z.number().int().min(BACKOFF_MS_MIN).max(BACKOFF_MS_MAX)
export const graceMs = z.number().int().min(0).max(GRACE_MS_MAX)
export const retries = z.number().int().min(0).max(RETRIES_MAX)
export const deadlineMs = z.number().int().min(DEADLINE_MS_MIN).max(DEADLINE_MS_MAX)
export const lostAfterMs = z.number().int().min(0).max(LOST_AFTER_MS_MAX)
export const cron = z
  .string()
  .max(CRON_LENGTH_MAX)
  .refine((text) => parseCron(text) !== undefined, {
    error: 'Not a cron expression, such as "30 3 * * 1-5" or "@daily".',
  })
export const timeZone = z
  .string()
  .max(CRON_LENGTH_MAX)
  .refine(isTimeZone, { error: 'Not a time zone, such as "UTC" or "Europe/Berlin".' })
export const overlap = z.enum(['allow', 'forbid', 'replace'])
export const startWithinMs = z.number().int().min(1_000).max(START_WITHIN_MS_MAX)
export const onPartition = z.enum(['heal', 'keep', 'stop'])
export const protocol = z.enum(['tcp', 'udp'])
