/** What came in at the edge, and which commands were run inside copies. */
import type {
  AuditEntryView,
  EdgeRequestView,
  WorkloadView,
} from '../../node-core/api/contract/index.ts'
import { idOf, minutesAgo } from './shapes.ts'

const ASKED: readonly [method: string, path: string, status: number, tookMs: number][] = [
  ['GET', '/', 200, 2.1],
  ['GET', '/notes/42', 200, 8.7],
  ['POST', '/notes', 201, 14.3],
  ['GET', '/notes/43/attachments/a-name-that-somebody-gave-to-a-long-document.pdf', 404, 1.2],
  ['GET', '/export', 504, 120_000],
]

export function requestsOf(workload: WorkloadView | undefined | ''): EdgeRequestView[] {
  if (!workload) return []
  return ASKED.map(([method, path, status, tookMs], index) => {
    const instance = workload.instances[index % Math.max(1, workload.instances.length)]
    return {
      ...{ workload: workload.name, method, path, status, tookMs },
      at: minutesAgo(ASKED.length - index),
      bytes: status === 504 ? 0 : 1_400 * (index + 1),
      client: '127.0.0.1',
      ...(status !== 504 && instance && { instance: instance.id }),
      ...(index === 2 && { member: idOf('ben') }),
    }
  })
}

/** A shell that goes on, a command that ended badly, and one that was refused. */
export function busyAudit(): AuditEntryView[] {
  const command = {
    owner: { id: idOf('ben'), name: 'Ben' },
    from: { id: idOf('ben-workshop'), name: 'ben-workshop' },
    ...{ workload: 'notes', instance: 'notes-0-a1b2c3', words: 0, terminal: true },
  }
  const backup = {
    ...command,
    command: '2',
    program: '/usr/bin/pg_dump',
    words: 3,
    terminal: false,
  }
  return [
    { ...backup, at: minutesAgo(90), what: 'began' },
    { ...backup, at: minutesAgo(89), what: 'ended', exitCode: 1 },
    {
      ...{ ...command, at: minutesAgo(60), what: 'refused', command: '3', program: '/bin/sh' },
      reason: 'Only its owner and admins run commands in it.',
    },
    { ...command, at: minutesAgo(5), what: 'began', command: '4', program: '/bin/sh' },
  ]
}
