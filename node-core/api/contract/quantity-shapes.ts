/** Amounts as people write them. */
import { z } from 'zod'

/*
 * Their form stands here too, not where workloads are parsed alone, so that they are told in one answer with
 * whatever else does not fit.
 */
const DECIMAL = String.raw`\+?(?:\d{1,15}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE][+-]?\d{1,2})?`
const CPU = new RegExp(`^(?:\\d{1,9}m|${DECIMAL})$`)
const BYTES = new RegExp(`^${DECIMAL}(?:k|[KMGTP]i?)?$`)

const NOT_CPU = { error: 'Not an amount of CPU, such as "500m" or "2".' }
const NOT_BYTES = { error: 'Not an amount of bytes, such as "256Mi", "1Gi" or "512M".' }

/** `500m` or `0.5`; a number means whole cores. */
export const cpu = z.union([z.string().max(16).regex(CPU, NOT_CPU), z.number().positive()], NOT_CPU)
/** `256Mi`, `1Gi`, `512M`; a number means bytes. */
export const memory = z.union(
  [z.string().max(16).regex(BYTES, NOT_BYTES), z.number().positive()],
  NOT_BYTES,
)
