/** States of a network to look at: what the fake node serves. Times are set when it is asked. Long for being each of them whole. */
import type {
  ClusterNode,
  JobRunView,
  KeptLogView,
  PastVersion,
  SecretView,
  Status,
  VolumeView,
  WorkloadView,
} from '../../node-core/api/contract/index.ts'
import { backupJob, backupRuns, busyVolumes } from './kept-and-run.ts'
import { CAPACITY, idOf, makeInstance, makeNode, makeWorkload, minutesAgo } from './shapes.ts'

export interface Member {
  owner: string
  name: string
  state: 'member' | 'waiting' | 'removed'
  permissions: Status['node']['permissions']
  founder: boolean
  nodes: string[]
  since?: string
}

export interface Scenario {
  status: Status
  nodes: ClusterNode[]
  members: Member[]
  workloads: WorkloadView[]
  secrets: SecretView[]
  volumes: VolumeView[]
  /** By the workload's name. */
  versions: Record<string, PastVersion[]>
  runs: Record<string, JobRunView[]>
  /** Logs of instances that are gone, by their workload. */
  keptLogs: Record<string, KeptLogView[]>
  /** What could be freed of the space that the network has. */
  reclaimableBytes: number
  images: { id: string; tags: string[]; sizeBytes: number }[]
  bundles: {
    digest: string
    name: string
    version: string
    publisher: string
    trusted: boolean
    sizeBytes: number
  }[]
}

export const SCENARIOS = [
  'new',
  'waiting',
  'alone',
  'busy',
  'community',
  'broken',
  'large',
] as const
export type ScenarioName = (typeof SCENARIOS)[number]

function makeStatus(part: Partial<Status> = {}): Status {
  return {
    node: {
      id: idOf('attic'),
      name: 'attic',
      peerId: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
      did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
      owner: { id: 'did:key:z6MkAda', name: 'Ada' },
      permissions: ['admin', 'invite', 'deploy', 'use'],
      addresses: ['/ip4/192.168.1.20/tcp/4000', '/ip4/192.168.1.20/udp/4000/quic-v1'],
      labels: { disk: 'fast', place: 'home' },
      kinds: [
        { kind: 'container', ok: true },
        { kind: 'process', ok: true },
      ],
      home: '~/.mycelium',
    },
    network: {
      id: idOf('Elm Street'),
      name: 'Elm Street',
      consensus: 'raft',
      createdAt: minutesAgo(9_000),
    },
    role: 'sclerotia',
    peers: 5,
    uptimeSeconds: 187_260,
    versions: { mycelium: '0.1.0', node: '24.21.0' },
    discoveryTier: 'latent',
    edge: 'http://127.0.0.1:8080',
    tls: { port: 8443, zones: ['elm-street.localhost', 'elm-street.internal'] },
    api: 'http://127.0.0.1:7780',
    degraded: [],
    ...part,
  }
}

/** Three keep the registry, one of them led here. */
function primaryOf(part: Partial<NonNullable<Status['primary']>> = {}) {
  return {
    ...{
      role: 'leader' as const,
      inForce: true,
      learners: [],
      mayFail: 1,
      term: 7,
      height: 48_213,
    },
    ...{ voters: ['attic', 'ben-workshop', 'lab-server'].map(idOf), leader: idOf('attic') },
    ...{ leaderName: 'attic', ...part },
  }
}

const NO_QUORUM = {
  code: 'NO_QUORUM',
  message: 'No majority of the committee is in reach: nothing can be written.',
}

const ENGINE_MISSING = {
  code: 'ENGINE_UNAVAILABLE',
  message: 'No container engine answers on this computer. Install Docker, or start it.',
}

function busySecrets(): SecretView[] {
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

/** Both ends of each pair tell of the link, as real nodes do. */
function linked(nodes: ClusterNode[], pairs: [string, string, number][]): ClusterNode[] {
  return nodes.map((node) => ({
    ...node,
    links: pairs
      .filter(([a, b]) => a === node.name || b === node.name)
      .map(([a, b, latencyMs]) => ({ to: idOf(a === node.name ? b : a), latencyMs })),
  }))
}

function busyNodes(): ClusterNode[] {
  const ben = { id: 'did:key:z6MkBen', name: 'Ben' }
  const school = { id: 'did:key:z6MkSchool', name: 'Elm Street School' }
  return linked(
    [
      makeNode({
        name: 'attic',
        self: true,
        role: 'sclerotia',
        labels: { disk: 'fast', place: 'home' },
        committee: { role: 'leader' },
      }),
      makeNode({ name: 'kitchen-laptop', address: '/ip4/192.168.1.31/tcp/4000' }),
      makeNode({
        name: 'ben-workshop',
        owner: ben,
        role: 'sclerotia',
        address: '/ip4/84.12.9.3/tcp/4000',
        committee: { role: 'voter', lag: 0 },
        vote: 'always',
      }),
      makeNode({ name: 'ben-phone', owner: ben, role: 'hypha', kinds: [] }),
      makeNode({
        name: 'library-1',
        owner: school,
        address: '/ip4/10.4.0.11/tcp/4000',
        labels: { place: 'school' },
      }),
      makeNode({
        name: 'library-2',
        owner: school,
        status: 'Cordoned',
        labels: { place: 'school' },
      }),
      makeNode({
        name: 'lab-server',
        owner: school,
        role: 'sclerotia',
        labels: { place: 'school', gpu: 'yes' },
        capacity: { ...CAPACITY, gpus: 2 },
        allocatable: { ...CAPACITY, gpus: 1 },
        committee: { role: 'voter', lag: 12, silent: true },
      }),
    ],
    [
      ['attic', 'kitchen-laptop', 0.8],
      ['attic', 'ben-workshop', 23],
      ['attic', 'lab-server', 18],
      ['attic', 'library-1', 19],
      ['kitchen-laptop', 'ben-workshop', 27],
      ['ben-workshop', 'ben-phone', 96],
      ['ben-workshop', 'lab-server', 11],
      ['lab-server', 'library-1', 0.6],
      ['lab-server', 'library-2', 0.7],
      ['library-1', 'library-2', 0.5],
      ['attic', 'ben-phone', 110],
    ],
  )
}

function busyWorkloads(): WorkloadView[] {
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
    egress: [{ host: 'api.example.org', ports: [443] }],
  }
}

function notesVersions(): PastVersion[] {
  const [part] = makeWorkload({ name: 'notes' }).parts
  const by = { id: 'did:key:z6MkAda', name: 'Ada' }
  return [1, 0].map((minor): PastVersion => {
    const image = `notes:1.${minor}`
    const parts = part ? [{ ...part, image }] : []
    return { generation: minor + 1, image, parts, by, until: minutesAgo(1_600 - minor * 1_500) }
  })
}

function notesKeptLogs(): KeptLogView[] {
  const times = { since: minutesAgo(300), until: minutesAgo(45), lastAt: minutesAgo(45) }
  const instance = 'notes-0-0a1b2c'
  return [{ instance, index: 0, node: idOf('attic'), nodeName: 'attic', ...times, copy: false }]
}

function members(): Member[] {
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

const IMAGES = [
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

const EMPTY = {
  ...{ nodes: [], members: [], workloads: [], secrets: [], versions: {}, reclaimableBytes: 0 },
  ...{ keptLogs: {}, runs: {}, volumes: [] },
  ...{ images: [], bundles: [] },
}

export function makeScenario(name: ScenarioName): Scenario {
  switch (name) {
    case 'new': {
      const { network: _, ...status } = makeStatus({ peers: 0, discoveryTier: 'none' })
      return { ...EMPTY, status }
    }
    case 'waiting': {
      const { network: _, ...status } = makeStatus({
        peers: 0,
        awaitingApproval: { network: idOf('Elm Street'), name: 'Elm Street', since: minutesAgo(3) },
      })
      return { ...EMPTY, status }
    }
    case 'alone':
      return {
        ...EMPTY,
        status: makeStatus({
          ...{ peers: 0, discoveryTier: 'primary' },
          primary: primaryOf({ voters: [idOf('attic')], mayFail: 0, advice: 'moreComputers' }),
        }),
        nodes: [
          makeNode({
            ...{ name: 'attic', self: true, role: 'sclerotia' },
            committee: { role: 'leader' },
          }),
        ],
        members: members().slice(0, 1),
        images: IMAGES,
      }
    case 'busy':
      return {
        status: makeStatus({
          ...{ discoveryTier: 'primary', primary: primaryOf({ mayFail: 0, silent: 1 }) },
        }),
        nodes: busyNodes(),
        members: members(),
        workloads: busyWorkloads(),
        secrets: busySecrets(),
        volumes: busyVolumes(),
        reclaimableBytes: 1_200_000_000,
        versions: { notes: notesVersions() },
        runs: { backup: backupRuns() },
        keptLogs: { notes: notesKeptLogs() },
        images: IMAGES,
        bundles: BUNDLES,
      }
    case 'community':
      return communityScenario()
    case 'broken':
      return brokenScenario()
    case 'large':
      return largeScenario()
  }
}

/** Where people need not trust each other: four vote, and one of them was caught lying. */
function communityScenario(): Scenario {
  const busy = makeScenario('busy')
  const voters = ['attic', 'ben-workshop', 'lab-server', 'library-1']
  const primary = primaryOf({
    term: 3,
    voters: voters.map(idOf),
    guarantee: 'byzantine',
    mayLie: 1,
  })
  const nodes = busy.nodes.map((node): ClusterNode => {
    if (node.name === 'kitchen-laptop') return { ...node, trust: 40, vote: 'never' }
    if (node.name === 'attic' || !voters.includes(node.name)) return node
    return { ...node, committee: { role: 'voter', lag: 0 } }
  })
  const status = makeStatus({ discoveryTier: 'primary', primary })
  if (status.network) status.network.consensus = 'simplex'
  return { ...busy, nodes, status }
}

function brokenScenario(): Scenario {
  const nodes = busyNodes().map((node): ClusterNode => {
    const quiet = node.committee && { committee: { role: 'voter' as const } }
    if (quiet && node.name === 'attic') return { ...node, ...quiet }
    if (quiet) return { ...node, ...quiet, liveness: 'dead', status: 'NotReady' }
    if (node.name === 'library-1') return { ...node, liveness: 'suspect', status: 'NotReady' }
    return node
  })
  const { leader: _, leaderName: __, ...leaderless } = primaryOf({ role: 'voter', inForce: false })
  const status = makeStatus({
    ...{ degraded: [ENGINE_MISSING, NO_QUORUM], peers: 2, primary: leaderless },
  })
  status.node.kinds = [
    { kind: 'container', ok: false, reason: ENGINE_MISSING },
    { kind: 'process', ok: true },
  ]
  const noRoom = { code: 'NO_NODE', message: 'No node has 16 cores free.' }
  return {
    status,
    nodes,
    secrets: [],
    volumes: [],
    reclaimableBytes: 0,
    members: [
      ...members(),
      {
        owner: 'did:key:z6MkCleo',
        name: 'Cleo',
        state: 'waiting',
        permissions: [],
        founder: false,
        nodes: [idOf('cleo')],
        since: minutesAgo(12),
      },
      {
        owner: 'did:key:z6MkDan',
        name: 'Dan',
        state: 'removed',
        permissions: [],
        founder: false,
        nodes: [],
        since: minutesAgo(600),
      },
    ],
    versions: {},
    runs: {},
    keptLogs: {},
    workloads: [
      makeWorkload({
        name: 'notes',
        status: 'Degraded',
        instances: [
          makeInstance({ nodeName: 'attic', index: 0 }),
          makeInstance({ nodeName: 'ben-workshop', index: 1, lost: true }),
          makeInstance({
            nodeName: 'kitchen-laptop',
            index: 2,
            status: 'Failed',
            health: 'unhealthy',
            restarts: 6,
            reason: { code: 'EXITED', message: 'It ended with code 1: cannot bind to port 8080.' },
          }),
        ],
        replicas: 3,
        conditions: [
          { code: 'DEGRADED', message: '1 of 3 copies serves. A new one is tried again in 40 s.' },
        ],
      }),
      makeWorkload({ name: 'renderfarm', status: 'Pending', replicas: 2, conditions: [noRoom] }),
    ],
    images: [],
    bundles: [],
  }
}

const LARGE_NODES = 2_000
const LARGE_LINKS = 6_000

/** 2,000 nodes and 6,000 links, always the same. */
function largeScenario(): Scenario {
  let seed = 42
  const chance = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 4_294_967_296
  }
  const names = Array.from({ length: LARGE_NODES }, (_, index) =>
    index === 0 ? 'attic' : `node-${index}`,
  )
  const links = new Map<string, Set<string>>(names.map((name) => [name, new Set()]))
  const connect = (a: string | undefined, b: string | undefined): void => {
    if (a === undefined || b === undefined || a === b) return
    links.get(a)?.add(idOf(b))
  }
  for (let index = 1; index < LARGE_NODES; index += 1) {
    connect(names[index], names[Math.floor(chance() * Math.min(index, 60 + index / 3))])
  }
  for (let extra = LARGE_NODES; extra < LARGE_LINKS; extra += 1) {
    const from = Math.floor(chance() * LARGE_NODES)
    connect(names[from], names[(from + 1 + Math.floor(chance() * 40)) % LARGE_NODES])
  }
  return {
    ...makeScenario('alone'),
    nodes: names.map((name, index) =>
      makeNode({
        name,
        self: index === 0,
        role: index % 17 === 0 ? 'sclerotia' : index % 5 === 0 ? 'hypha' : 'rhizomorph',
        liveness: index % 97 === 3 ? 'suspect' : 'alive',
        links: [...(links.get(name) ?? [])].map((to) => ({ to, latencyMs: 4 + chance() * 60 })),
      }),
    ),
  }
}
