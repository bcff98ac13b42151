import { backupRuns, busyVolumes, leftVolumes } from '../kept-and-run.ts'
import { busyAudit } from '../requests.ts'
import { idOf, minutesAgo } from '../shapes.ts'
import { busyNodes } from './nodes.ts'
import type { Member, Scenario } from './scenario.ts'
import { makeStatus, primaryOf } from './status.ts'
import { busySecrets, busyWorkloads, notesKeptLogs, notesVersions } from './workloads.ts'

/** Seven computers of three owners, and a little of everything. */
export function busyScenario(): Scenario {
  return {
    status: makeStatus({
      ...{ discoveryTier: 'primary', primary: primaryOf({ mayFail: 0, silent: 1 }) },
    }),
    nodes: busyNodes(),
    members: members(),
    proposals: [],
    workloads: busyWorkloads(),
    secrets: busySecrets(),
    volumes: busyVolumes(),
    leftVolumes: leftVolumes(),
    reclaimableBytes: 1_200_000_000,
    versions: { notes: notesVersions() },
    runs: { backup: backupRuns() },
    audit: busyAudit(),
    keptLogs: { notes: notesKeptLogs() },
    images: IMAGES,
    bundles: BUNDLES,
  }
}

export function members(): Member[] {
  return [
    {
      owner: 'did:key:z6MkAda',
      name: 'Ada',
      state: 'member',
      permissions: ['admin', 'invite', 'deploy', 'use'],
      founder: true,
      nodes: [idOf('attic'), idOf('kitchen-laptop')],
      since: minutesAgo(9_000),
    },
    {
      owner: 'did:key:z6MkBen',
      name: 'Ben',
      state: 'member',
      permissions: ['deploy', 'use'],
      founder: false,
      nodes: [idOf('ben-workshop'), idOf('ben-phone')],
      since: minutesAgo(4_000),
    },
  ]
}

export const IMAGES = [
  { id: 'sha256:aa', tags: ['notes:1.2', 'notes:latest'], sizeBytes: 41_300_000 },
  { id: 'sha256:bb', tags: ['weather:latest'], sizeBytes: 8_120_000 },
  { id: 'sha256:cc', tags: ['registry.local/team/photo-index:0.9'], sizeBytes: 214_000_000 },
]

const BUNDLES = [
  {
    digest: `sha256:${idOf('photo-index')}`,
    name: 'photo-index',
    version: 'v0.9.0',
    publisher: idOf('publisher'),
    trusted: true,
    sizeBytes: 12_400_000,
  },
]
