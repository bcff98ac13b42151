/** What a workload says of the files that its copies find. */
import { z } from 'zod'

/** Read-only, and there before anything runs: of a program below "/work/", its own folder. */
const file = z.strictObject({
  path: z.string().startsWith('/').max(1_024),
  /** 32 KiB at most, and 40 KiB in all files of a workload. */
  content: z.string().max(65_536),
  /** What `content` is, where the file is no text. */
  encoding: z.literal('base64').optional(),
  /** Octal, such as "0400"; "0444" unless said. */
  mode: z.string().max(4).optional(),
})
export const files = z.array(file).max(32)

/** In a change: one without content keeps that which lies at its path. */
export const changedFiles = z.array(file.partial({ content: true })).max(32)

/** Without what is in them: a list of workloads would be as long as all of it. */
export const filesView = z.array(
  z.object({ path: z.string(), sizeBytes: z.number().int(), mode: z.string() }),
)
