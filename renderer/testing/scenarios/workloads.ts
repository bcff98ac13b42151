import type {
  KeptLogView,
  PastVersion,
  SecretView,
  WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import { backupJob } from '../kept-and-run.ts'
import { idOf, makeInstance, makeWorkload, minutesAgo } from '../shapes.ts'

export function busyWorkloads(): WorkloadView[] {
  const notes = makeInstance({ nodeName: 'attic', index: 0 })
  return [
    makeWorkload({
      name: 'notes',
      generation: 3,
      priority: 100,
      disruption: { minAvailable: 2 },
      labels: { tier: 'front' },
      instances: [
        notes,
        makeInstance({ nodeName: 'ben-workshop', index: 1, restarts: 1 }),
        makeInstance({ nodeName: 'library-1', index: 2 }),
      ],
    }),
    backupJob(),
    makeWorkload({
      name: 'photo-index',
      kind: 'process',
      bundle: `sha256:${idOf('photo-index')}`,
      owner: { id: 'did:key:z6MkBen', name: 'Ben' },
      status: 'Progressing',
      replicas: 3,
      instances: [
        makeInstance({ nodeName: 'lab-server', index: 0 }),
        makeInstance({
          nodeName: 'kitchen-laptop',
          index: 1,
          status: 'Pulling',
          health: 'unknown',
          progress: 'Fetching the program, 41 of 120 MB, about 20 s',
        }),
      ],
    }),
    makeWorkload({
      name: 'weather',
      image: 'weather:latest',
      ...weatherRules(),
      instances: [makeInstance({ nodeName: 'kitchen-laptop', index: 0 })],
    }),
  ].map((workload) => {
    if (workload.kind !== 'process') return workload
    const { image: _, ...rest } = workload
    return rest
  })
}

/** Whatever can be asked of a workload. */
function weatherRules(): Partial<WorkloadView> {
  const [part] = makeWorkload({ name: 'weather' }).parts
  const [mib, gib] = [2 ** 20, 2 ** 30]
  const steps = [5, 25].map((share) => ({ share, forMs: 300_000 }))
  return {
    parts: part
      ? [
          {
            ...part,
            image: 'weather:latest',
            resources: { ...part.resources, diskBytes: 2 * gib, gpus: 1 },
            readOnlyRoot: true,
            user: '1000:1000',
            mounts: [{ volume: 'archive', path: '/var/lib/weather', readOnly: false }],
            probes: {
              live: { kind: 'tcp', port: 8080, periodMs: 5_000, timeoutMs: 2_000, failures: 3 },
            },
            files: [
              { path: '/etc/weather/stations.toml', sizeBytes: 2_310, mode: '0444' },
              { path: '/etc/weather/units.conf', sizeBytes: 96, mode: '0400' },
            ],
            scratch: [{ path: '/tmp', sizeBytes: 64 * mib }],
          },
        ]
      : [],
    autoscale: {
      ...{ min: 0, max: 8, requestsPerSecond: 50, p99Ms: 250 },
      ...{ upAfterMs: 15_000, downAfterMs: 300_000, idleMs: 600_000, wakeMs: 30_000 },
      ceiling: { cpuMillis: 4_000, memoryBytes: 8 * gib },
      now: { copies: 1, why: 'REQUESTS', measured: 31, since: minutesAgo(9) },
    },
    rollout: { kind: 'canary', atOnce: 1, paused: false, steps },
    canary: { share: 5, step: 0, since: minutesAgo(2) },
    disruption: { minAvailable: 1 },
    priority: 100,
    volumes: [{ name: 'archive', sizeBytes: 5 * gib, ifLost: 'wait' }],
    nodeSelector: { disk: 'ssd' },
    placement: { spread: 'site', apart: ['photo-index'], near: ['mariadb'] },
    uses: [{ name: 'mariadb', as: 'db' }],
    secrets: [{ name: 'weather/api-key', env: 'API_KEY' }],
    egress: [{ host: 'api.example.org', ports: [443] }],
  }
}

export function notesVersions(): PastVersion[] {
  const [part] = makeWorkload({ name: 'notes' }).parts
  const by = { id: 'did:key:z6MkAda', name: 'Ada' }
  return [1, 0].map((minor): PastVersion => {
    const image = `notes:1.${minor}`
    const parts = part ? [{ ...part, image }] : []
    const changed =
      minor === 1
        ? {
            changes: [{ path: 'edge.access', before: '"public"', after: '"members"' }],
            replaces: false,
          }
        : {
            changes: [
              { path: 'containers.notes.image', before: '"notes:1.0"', after: '"notes:1.1"' },
              { path: 'containers.notes.env.LOG_LEVEL', after: '…' },
              { path: 'containers.notes.probes.live.periodMs', before: '5000', after: '10000' },
              { path: 'graceMs', before: '10000', after: '90000' },
              { path: 'moonPhase', after: '"waning"' },
            ],
            replaces: true,
          }
    const until = minutesAgo(1_600 - minor * 1_500)
    return { generation: minor + 1, image, parts, by, until, changed }
  })
}

export function notesKeptLogs(): KeptLogView[] {
  const times = { since: minutesAgo(300), until: minutesAgo(45), lastAt: minutesAgo(45) }
  const instance = 'notes-0-0a1b2c'
  return [{ instance, index: 0, node: idOf('attic'), nodeName: 'attic', ...times, copy: false }]
}

export function busySecrets(): SecretView[] {
  const reader = (name: string, state: SecretView['readers'][number]['state']) => {
    return { id: idOf(name), name, state }
  }
  return [
    {
      ...{ name: 'notes/database-password', version: 3 },
      readers: [reader('attic', 'ready'), reader('lab-server', 'waiting')],
    },
    {
      ...{ name: 'notes/mail.key', version: 1 },
      readers: [reader('attic', 'ready'), reader('ben-workshop', 'former')],
    },
  ]
}
