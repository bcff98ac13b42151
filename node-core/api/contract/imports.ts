/** What people bring from elsewhere: compose files, `docker run` lines, Kubernetes YAML. */
import { z } from 'zod'
import { operation } from './base.ts'
import { deployInput } from './workloads.ts'

const format = z.enum(['compose', 'docker-run', 'kubernetes'])

const text = z.string().max(65_536)
/** Of a file that is no text. */
const bytes = z.strictObject({ content: text, encoding: z.literal('base64') })

const importInput = z.strictObject({
  /** Told from the text when it is not said. */
  format: format.optional(),
  text: z.string().min(1).max(131_072),
  /** Filled in for `${NAME}` in compose files and command lines. */
  variables: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(32_768))
    .optional(),
  /** Files that it names (`env_file`, `configs`) or mounts to be read, by the names that it gives them. */
  files: z.record(z.string().max(300), z.union([text, bytes])).optional(),
  /** Values of Kubernetes Secrets may stand in the manifests, for everybody to read. */
  secretsInTheOpen: z.boolean().optional(),
})

const reportLine = z.object({
  /** Where it stands in the text, from 1. */
  line: z.number().int(),
  path: z.string(),
  verdict: z.enum(['kept', 'changed', 'ignored', 'refused']),
  /** Stable; the message is for people. */
  code: z.string(),
  message: z.string(),
  /** The workload that it was said of. */
  workload: z.string().optional(),
})

/** Deploys nothing: the manifests are bodies of `POST /api/workloads`, to be sent or changed first. */
export const importing = operation({ permission: 'local', needsNetwork: false })
  .route({
    method: 'POST',
    path: '/api/workloads/import',
    summary: 'Manifests of what was written for something else, and a report on each line',
  })
  .input(importInput)
  .output(z.object({ format, workloads: z.array(deployInput), report: z.array(reportLine) }))
export type ImportReportLine = z.infer<typeof reportLine>
