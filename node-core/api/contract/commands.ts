/** Commands inside instances, and who ran which. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { empty, operation, time } from './base.ts'

const side = z.number().int().min(1).max(1_000)
const terminal = z.strictObject({ columns: side, rows: side })
const base64 = z.base64().max(262_144)

/** First the session that input goes to, then what it writes as it comes, last its exit code. */
const commandEvent = z.union([
  z.object({ session: z.string() }),
  z.object({ stream: z.enum(['stdout', 'stderr']), data: z.string() }),
  z.object({ exitCode: z.number().int() }),
])

const auditEntry = z.object({
  at: time,
  what: z.enum(['began', 'ended', 'refused']),
  /** The same for the beginning and the end of one command. */
  command: z.string(),
  owner: z.object({ id: z.string(), name: z.string() }),
  /** The node it was asked for on. */
  from: z.object({ id: z.string(), name: z.string() }),
  workload: z.string(),
  instance: z.string(),
  part: z.string().optional(),
  /** The command's first word, and how many came behind it: those are not kept. */
  program: z.string(),
  words: z.number().int(),
  terminal: z.boolean(),
  exitCode: z.number().int().optional(),
  /** Why it was refused, or broke off. */
  reason: z.string().optional(),
})
export type AuditEntryView = z.infer<typeof auditEntry>

export const commands = {
  /** Whoever leaves before the end ends the command. The node that runs the instance decides. */
  run: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/containers/{id}/exec',
      summary: 'Run a command inside an instance, whichever node runs that',
    })
    .input(
      z.strictObject({
        id: z.string().min(1).max(128),
        /** In the first container where none is named. */
        part: z.string().max(63).optional(),
        command: z.array(z.string().max(8_192)).min(1).max(128),
        /** With a terminal of this size. */
        terminal: terminal.optional(),
        /** Whether it reads what is sent to `commands.input`. */
        input: z.boolean().default(false),
        /**
         * Bytes that it may be ahead of what `commands.input` says is read. Without it as many as the
         * line takes.
         */
        aheadBytes: z.number().int().min(1).max(16_777_216).optional(),
      }),
    )
    .output(eventIterator(commandEvent)),
  input: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/commands/{session}/input',
      summary:
        'What a command reads, the end of it, another size of its terminal, or that it was read',
    })
    .input(
      z.strictObject({
        session: z.string().max(32),
        data: base64.optional(),
        end: z.boolean().optional(),
        terminal: terminal.optional(),
        /** Bytes of its output that were read since this was last said. */
        readBytes: z.number().int().min(0).max(16_777_216).optional(),
      }),
    )
    .output(empty),
  audit: operation({ permission: 'local' })
    .route({
      method: 'GET',
      path: '/api/audit',
      summary: 'Who ran which commands inside instances of this node, the latest last',
    })
    .input(z.object({ tail: z.coerce.number().int().min(0).max(1_000).default(100) }))
    .output(z.object({ entries: z.array(auditEntry) })),
}
