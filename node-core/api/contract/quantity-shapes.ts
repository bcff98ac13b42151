/** Amounts as people write them. */
import { z } from 'zod'

/** `500m` or `0.5`; a number means whole cores. */
export const cpu = z.union([z.string().max(16), z.number().positive()])
/** `256Mi`, `1Gi`, `512M`; a number means bytes. */
export const memory = z.union([z.string().max(16), z.number().positive()])
