/** What copies keep, and a job with runs that went in every way. */
import type {
  JobRunView,
  LeftVolumeView,
  VolumeView,
  WorkloadView,
} from '../../node-core/api/contract/index.ts'
import { idOf, makeInstance, makeWorkload, minutesAgo } from './shapes.ts'

const GIB = 1024 ** 3
const gib = (count: number): number => Math.round(count * GIB)
const DAY_MINUTES = 1_440

export function busyVolumes(): VolumeView[] {
  const volume = (nodeName: string, index: number, rest: Partial<VolumeView>): VolumeView => ({
    ...{ id: `notes.${index}.data.z6MkAda`, workload: 'notes', index, volume: 'data' },
    ...{ owner: { id: 'did:key:z6MkAda', name: 'Ada' }, node: idOf(nodeName), nodeName },
    ...{ sizeBytes: 5 * GIB, usedBytes: gib(1.3), createdAt: minutesAgo(9_000), state: 'used' },
    ...rest,
  })
  const deleted = { deletedAt: minutesAgo(DAY_MINUTES), untilAt: minutesAgo(-29 * DAY_MINUTES) }
  const ben = { id: 'did:key:z6MkBen', name: 'Ben' }
  const wiki = { workload: 'wiki', id: 'wiki.0.pages.z6MkBen', volume: 'pages', owner: ben }
  return [
    volume('attic', 0, {}),
    volume('ben-workshop', 1, { usedBytes: gib(5.4) }),
    volume('library-1', 2, { state: 'out of sight' }),
    volume('attic', 3, { state: 'kept', usedBytes: gib(0.2) }),
    volume('attic', 4, { state: 'deleted', ...deleted }),
    volume('attic', 0, {
      ...{ ...wiki, ...deleted, state: 'deleted' },
      ...{ sizeBytes: 10 * GIB, usedBytes: gib(0.7) },
    }),
  ]
}

/** One network went in order, one before anybody wrote down when. */
export function leftVolumes(): LeftVolumeView[] {
  const maple = idOf('Maple Street')
  return [
    {
      ...{ id: `db.0.data.z6MkAda@${maple.slice(0, 8)}`, workload: 'db', index: 0, volume: 'data' },
      ...{ network: { id: maple, name: 'Maple Street' }, sizeBytes: 5 * GIB },
      ...{ createdAt: minutesAgo(90 * DAY_MINUTES), untilAt: minutesAgo(-21 * DAY_MINUTES) },
    },
    {
      ...{ id: `wiki.1.pages.z6MkAda@${idOf('school').slice(0, 8)}`, workload: 'wiki', index: 1 },
      ...{ volume: 'pages', network: { id: idOf('school') }, sizeBytes: 10 * GIB },
      createdAt: minutesAgo(200 * DAY_MINUTES),
    },
  ]
}

export function backupJob(): WorkloadView {
  const {
    url: _,
    secureUrl: __,
    ...job
  } = makeWorkload({
    name: 'backup',
    status: 'Scheduled',
    replicas: 2,
    instances: [
      makeInstance({
        nodeName: 'library-2',
        index: 1,
        status: 'Stopped',
        ended: { exitCode: 0, at: minutesAgo(20) },
      }),
    ],
    ports: [],
    job: {
      ...{ completions: 2, parallelism: 2, retries: 3, lostAfterMs: 60_000 },
      schedule: {
        ...{ cron: '30 3 * * *', timeZone: 'Europe/Berlin', overlap: 'forbid' },
        ...{ startWithinMs: 600_000, paused: false },
      },
      nextRunAt: minutesAgo(-500),
    },
  })
  return job
}

export function backupRuns(): JobRunView[] {
  const result = (
    index: number,
    nodeName: string,
    rest: Partial<JobRunView['results'][number]> = {},
  ) => ({
    ...{ index, attempt: 1, node: idOf(nodeName), nodeName, outcome: 'succeeded' as const },
    ...{ exitCode: 0, endedAt: minutesAgo(20), ...rest },
  })
  const run = (number: number, rest: Partial<JobRunView>): JobRunView => {
    const ago = (5 - number) * DAY_MINUTES
    const times = { dueAt: minutesAgo(ago + 2), startedAt: minutesAgo(ago + 2) }
    return {
      ...{ run: number, ...times, endedAt: minutesAgo(ago + 1), outcome: 'succeeded' },
      ...{ succeeded: 2, failed: 0, results: [result(0, 'attic'), result(1, 'library-2')] },
      ...rest,
    }
  }
  const { endedAt: _, ...going } = run(5, { outcome: 'running', succeeded: 1 })
  const failed = { outcome: 'failed' as const, exitCode: 1, attempt: 3 }
  return [
    { ...going, results: [result(1, 'library-2')] },
    run(4, {}),
    run(3, {
      ...{ outcome: 'failed', succeeded: 1, failed: 1 },
      results: [result(0, 'lab-server', failed), result(1, 'library-2')],
    }),
    run(2, { outcome: 'missed', code: 'TOO_LATE', succeeded: 0, results: [] }),
    run(1, { results: [result(0, 'attic', { attempt: 2 }), result(1, 'library-1')] }),
  ]
}
