/** The contract's operations over one scenario in memory. Long for being every operation once. */
import { implement, ORPCError } from '@orpc/server'
import {
  contract,
  type NodeEvent,
  type WorkloadView,
  workloadSchema,
} from '../../node-core/api/contract/index.ts'
import { ENTRIES, fillEntry, findEntry } from './fake-catalogue.ts'
import { createFakeShell } from './fake-shell.ts'
import type { Scenario } from './scenarios.ts'
import { idOf, makeInstance, makeNode, makeWorkload, minutesAgo } from './shapes.ts'
import { usageOf } from './usage.ts'

export interface FakeRouter {
  router: ReturnType<typeof build>
  scenario: Scenario
  emit(type: string, data: Record<string, unknown>): void
}

export function createFakeRouter(scenario: Scenario): FakeRouter {
  const watchers = new Set<(event: NodeEvent) => void>()
  let count = 0
  const emit = (type: string, data: Record<string, unknown>): void => {
    count += 1
    const event = { id: String(count), type, timestamp: new Date().toISOString(), data }
    for (const tell of watchers) tell(event)
  }
  return { scenario, emit, router: build(scenario, watchers, emit) }
}

function build(
  scenario: Scenario,
  watchers: Set<(event: NodeEvent) => void>,
  emit: FakeRouter['emit'],
) {
  const os = implement(contract)
  const findWorkload = (name: string): WorkloadView => {
    const found = scenario.workloads.find((each) => each.name === name)
    if (!found) throw new ORPCError('NOT_FOUND', { message: `No workload is called ${name}.` })
    return found
  }
  const findNode = (id: string) => {
    const found = scenario.nodes.find((each) => each.id === id)
    if (!found) throw new ORPCError('NOT_FOUND', { message: 'No such node.' })
    return found
  }
  const health = () => ({ status: 'ok' as const, version: '0.1.0', node: 'attic' })
  const enter = (name: string, nodeName: string | undefined) => {
    scenario.status.network = {
      id: idOf(name),
      name,
      consensus: 'raft',
      createdAt: new Date().toISOString(),
    }
    delete scenario.status.awaitingApproval
    if (nodeName) scenario.status.node.name = nodeName
    scenario.nodes = [makeNode({ name: 'attic', self: true, role: 'sclerotia' })]
    emit('network.changed', {})
    return {
      nodeId: scenario.status.node.id,
      peerId: scenario.status.node.peerId,
      did: scenario.status.node.did,
      networkId: idOf(name),
      admitted: true,
    }
  }
  const placement = (replicas: number, displaces: string[] = []) => ({
    slots: Array.from({ length: replicas }, (_, index) => {
      const free = scenario.nodes.filter((node) => node.status === 'Ready' && node.kinds.length > 0)
      const node = free[index % Math.max(1, free.length)]
      return {
        index,
        ...(node && index < free.length ? { node: node.id, nodeName: node.name } : {}),
        ...(index === 0 && displaces.length > 0 && { displaces }),
        refused: scenario.nodes
          .filter((each) => each.status !== 'Ready' || each.kinds.length === 0)
          .map((each) => ({
            node: each.id,
            nodeName: each.name,
            reason:
              each.status === 'Cordoned'
                ? { code: 'CORDONED', message: 'Takes no new work.' }
                : { code: 'KIND', message: 'Cannot run containers.' },
          })),
      }
    }),
  })

  const shell = createFakeShell()
  const noPrimary = (): never => {
    throw new ORPCError('CONFLICT', { message: 'No committee keeps a registry in this network.' })
  }

  /** A committee that does at once what it is told. */
  function vote(id: string, part: 'voter' | 'leader' | 'released' | undefined) {
    const { primary } = scenario.status
    if (!primary) return noPrimary()
    scenario.nodes = scenario.nodes.map((node) => {
      const led = node.committee?.role === 'leader' && part === 'leader'
      if (node.id !== id) return led ? { ...node, committee: { role: 'voter', lag: 0 } } : node
      const { committee, vote: _, ...rest } = node
      if (part === 'released') return committee ? { ...rest, committee } : rest
      if (part === undefined) return { ...rest, vote: 'never' }
      if (part === 'leader') return { ...node, committee: { role: part } }
      return { ...rest, committee: { role: part, lag: 0 }, vote: 'always' }
    })
    primary.voters = scenario.nodes.flatMap(({ id, committee }) => (committee ? [id] : []))
    primary.mayFail = Math.floor((primary.voters.length - 1) / 2)
    const leader = scenario.nodes.find(({ committee }) => committee?.role === 'leader')
    if (leader) scenario.status.primary = { ...primary, leader: leader.id, leaderName: leader.name }
    return scenario.status.primary ?? primary
  }

  return os.router({
    primary: {
      promote: os.primary.promote.handler(({ input }) => vote(input.id, 'voter')),
      demote: os.primary.demote.handler(({ input }) => vote(input.id, undefined)),
      release: os.primary.release.handler(({ input }) => vote(input.id, 'released')),
      transfer: os.primary.transfer.handler(({ input }) => vote(input.id, 'leader')),
    },
    seeds: {
      list: os.seeds.list.handler(() => ({ seeds: [] })),
      publish: os.seeds.publish.handler(noPrimary),
      forget: os.seeds.forget.handler(noPrimary),
      document: os.seeds.document.handler(noPrimary),
    },
    recovery: {
      show: os.recovery.show.handler(() => ({ reports: [] })),
      start: os.recovery.start.handler(noPrimary),
      report: os.recovery.report.handler(noPrimary),
      discard: os.recovery.discard.handler(noPrimary),
    },
    secrets: {
      list: os.secrets.list.handler(({ input }) => ({
        secrets: scenario.secrets.filter(({ name }) => name.startsWith(input.prefix)),
        more: false,
      })),
      set: os.secrets.set.handler(({ input }) => {
        const before = scenario.secrets.find(({ name }) => name === input.name)
        if (before && input.version === 0) {
          throw new ORPCError('CONFLICT', { message: 'There is one of this name.' })
        }
        const readers = before?.readers ?? []
        const secret = { name: input.name, version: (before?.version ?? 0) + 1, readers }
        scenario.secrets = [...scenario.secrets.filter((one) => one !== before), secret]
        return secret
      }),
      delete: os.secrets.delete.handler(({ input }) => {
        scenario.secrets = scenario.secrets.filter(({ name }) => name !== input.name)
        return {}
      }),
    },
    space: {
      show: os.space.show.handler(() => ({
        ...{ budgetBytes: 20 * 2 ** 30, usedBytes: 3_400_000_000 },
        reclaimableBytes: scenario.reclaimableBytes,
        kept: [],
      })),
      reclaim: os.space.reclaim.handler(() => {
        const freedBytes = scenario.reclaimableBytes
        scenario.reclaimableBytes = 0
        return { freedBytes, dropped: [] }
      }),
    },
    volumes: {
      list: os.volumes.list.handler(() => ({ volumes: scenario.volumes })),
      delete: os.volumes.delete.handler(({ input }) => {
        const [deletedAt, untilAt] = [0, -43_200].map(minutesAgo)
        scenario.volumes = scenario.volumes.flatMap((volume) => {
          if (volume.id !== input.id) return [volume]
          return input.forGood ? [] : [{ ...volume, state: 'deleted', deletedAt, untilAt }]
        })
        return {}
      }),
      restore: os.volumes.restore.handler(({ input }) => {
        scenario.volumes = scenario.volumes.map((volume) => {
          if (volume.id !== input.id) return volume
          const { deletedAt: _, untilAt: __, ...rest } = volume
          return { ...rest, state: 'kept' }
        })
        return {}
      }),
    },
    kv: {
      get: os.kv.get.handler(noPrimary),
      list: os.kv.list.handler(noPrimary),
      put: os.kv.put.handler(noPrimary),
      delete: os.kv.delete.handler(noPrimary),
      transact: os.kv.transact.handler(noPrimary),
      watch: os.kv.watch.handler(noPrimary),
    },
    leases: {
      grant: os.leases.grant.handler(noPrimary),
      show: os.leases.show.handler(noPrimary),
      keep: os.leases.keep.handler(noPrimary),
      revoke: os.leases.revoke.handler(noPrimary),
    },
    locks: {
      acquire: os.locks.acquire.handler(noPrimary),
      show: os.locks.show.handler(noPrimary),
      release: os.locks.release.handler(noPrimary),
    },
    node: {
      health: os.node.health.handler(health),
      livez: os.node.livez.handler(health),
      readyz: os.node.readyz.handler(health),
      status: os.node.status.handler(() => scenario.status),
      change: os.node.change.handler(({ input }) => {
        if (input.name) scenario.status.node.name = input.name
        if (input.role) scenario.status.role = input.role
        if (input.labels) scenario.status.node.labels = input.labels
        return scenario.status
      }),
      stop: os.node.stop.handler(() => ({})),
      debugState: os.node.debugState.handler(() => ({})),
    },
    network: {
      found: os.network.found.handler(({ input }) => enter(input.networkName, input.nodeName)),
      join: os.network.join.handler(({ input }) => enter('Elm Street', input.nodeName)),
      inspectInvite: os.network.inspectInvite.handler(({ input }) => {
        if (!input.invite.startsWith('mycelium://join?')) {
          throw new ORPCError('VALIDATION_ERROR', {
            message: 'An invite begins with mycelium://join?',
          })
        }
        return {
          networkId: idOf('Elm Street'),
          networkName: 'Elm Street',
          issuer: 'Ada',
          permissions: ['deploy' as const, 'use' as const],
          role: 'rhizomorph' as const,
          expiresAt: new Date(Date.now() + 20 * 3_600_000).toISOString(),
          addresses: ['/ip4/192.168.1.20/tcp/4000'],
        }
      }),
      nearby: os.network.nearby.handler(() => ({
        networks: [
          {
            networkId: idOf('Elm Street'),
            name: 'Elm Street',
            nodeName: 'attic',
            address: '/ip4/192.168.1.20/tcp/4000',
            members: 7,
          },
        ],
      })),
      leave: os.network.leave.handler(() => {
        delete scenario.status.network
        emit('network.left', {})
        return {}
      }),
      seed: os.network.seed.handler(() => ({})),
    },
    peers: {
      list: os.peers.list.handler(() => ({
        peers: (scenario.nodes.find((node) => node.self)?.links ?? []).map(
          ({ to, latencyMs = 0 }) => ({
            id: to,
            name: findNode(to).name,
            addresses: [findNode(to).address],
            path:
              latencyMs < 2
                ? 'lan'
                : latencyMs > 90
                  ? 'relayed'
                  : latencyMs > 20
                    ? 'punched'
                    : 'direct',
            latencyMs,
          }),
        ),
      })),
    },
    nodes: {
      list: os.nodes.list.handler(() => ({ nodes: scenario.nodes })),
      resync: os.nodes.resync.handler(() => ({ started: true as const })),
      cordon: os.nodes.cordon.handler(({ input }) =>
        Object.assign(findNode(input.id), { status: 'Cordoned' }),
      ),
      uncordon: os.nodes.uncordon.handler(({ input }) =>
        Object.assign(findNode(input.id), { status: 'Ready' }),
      ),
      sleep: os.nodes.sleep.handler(() => {
        const own = scenario.nodes.find(({ self }) => self)
        if (!own) throw new ORPCError('NOT_FOUND')
        return Object.assign(own, { status: 'Asleep', asleep: { since: new Date().toISOString() } })
      }),
      wake: os.nodes.wake.handler(() => {
        const own = scenario.nodes.find(({ self }) => self)
        if (!own) throw new ORPCError('NOT_FOUND')
        return Object.assign(own, { status: 'Ready', asleep: undefined })
      }),
      drain: os.nodes.drain.handler(({ input }) =>
        Object.assign(findNode(input.id), {
          status: 'Draining',
          drain: drainOf(scenario, input.id),
        }),
      ),
    },
    invites: {
      create: os.invites.create.handler(({ input }) => ({
        // As long as real ones are.
        invite: `mycelium://join?invite=${idOf('invite').repeat(21)}`,
        expiresAt: new Date(Date.now() + input.expiresInSeconds * 1_000).toISOString(),
        uses: input.uses,
      })),
    },
    members: {
      list: os.members.list.handler(() => ({ members: scenario.members })),
      approve: os.members.approve.handler(({ input }) =>
        changeMember(scenario, input.owner, 'member'),
      ),
      grant: os.members.grant.handler(({ input }) => changeMember(scenario, input.owner, 'member')),
      remove: os.members.remove.handler(({ input }) => {
        changeMember(scenario, input.owner, 'removed')
        return {}
      }),
    },
    workloads: {
      list: os.workloads.list.handler(() => ({ workloads: scenario.workloads })),
      get: os.workloads.get.handler(({ input }) => findWorkload(input.name)),
      schema: os.workloads.schema.handler(() => workloadSchema()),
      deploy: os.workloads.deploy.handler(({ input }) => {
        if (input.containers?.[0]?.image === 'nowhere') {
          throw new ORPCError('VALIDATION_ERROR', {
            message: 'No node has this image.',
            data: [{ path: 'containers.0.image', message: 'No node has this image.' }],
          })
        }
        const name = input.name ?? 'workload'
        const made = makeWorkload({
          name,
          replicas: input.replicas ?? 1,
          status: 'Progressing',
          instances: scenario.nodes.slice(0, input.replicas ?? 1).map((node, index) =>
            makeInstance({
              nodeName: node.name,
              index,
              status: index === 0 ? 'Running' : 'Pulling',
              health: index === 0 ? 'healthy' : 'unknown',
              ...(index === 0 ? {} : { progress: 'Pulling image, 41 of 120 MB' }),
            }),
          ),
        })
        scenario.workloads.push(made)
        emit('workload.changed', { name })
        return made
      }),
      import: os.workloads.import.handler(() => ({
        format: 'compose',
        workloads: [{ name: 'wiki', containers: [{ image: 'wiki:2' }] }],
        report: [
          {
            line: 3,
            path: 'services.wiki.image',
            verdict: 'kept',
            code: 'kept',
            message: 'Taken as it is.',
          },
        ],
      })),
      preview: os.workloads.preview.handler(({ input }) => ({
        ...placement(input.replicas ?? 1, input.priority === 'high' ? ['backup/0'] : []),
        conditions: [],
      })),
      change: os.workloads.change.handler(({ input }) => {
        const found = findWorkload(input.name)
        if (input.replicas) found.replicas = input.replicas
        return found
      }),
      differences: os.workloads.differences.handler(({ input }) => {
        const { generation } = findWorkload(input.name)
        return { generation, changes: [], replaces: false }
      }),
      delete: os.workloads.delete.handler(({ input }) => {
        scenario.workloads = scenario.workloads.filter((each) => each.name !== input.name)
        emit('workload.deleted', { name: input.name })
        return {}
      }),
      versions: os.workloads.versions.handler(({ input }) => ({
        versions: scenario.versions[input.name] ?? [],
      })),
      rollback: os.workloads.rollback.handler(({ input }) => {
        const found = findWorkload(input.name)
        found.generation += 1
        emit('workload.changed', { name: input.name })
        return found
      }),
      promote: os.workloads.promote.handler(({ input }) => findWorkload(input.name)),
      runs: os.workloads.runs.handler(({ input }) => ({
        runs: scenario.runs[input.name] ?? [],
      })),
      run: os.workloads.run.handler(({ input }) => {
        const before = scenario.runs[input.name] ?? []
        const run = (before[0]?.run ?? 0) + 1
        const dueAt = new Date(0).toISOString()
        const begun = { dueAt, outcome: 'running' as const, succeeded: 0, failed: 0, results: [] }
        scenario.runs[input.name] = [{ run, ...begun }, ...before]
        emit('workload.changed', { name: input.name })
        return { run }
      }),
      why: os.workloads.why.handler(({ input }) => ({
        ...placement(findWorkload(input.name).replicas),
        conditions: [],
      })),
      logs: os.workloads.logs.handler(async function* ({ input, signal }) {
        yield* tell(findWorkload(input.name), input.instance, signal)
      }),
      usage: os.workloads.usage.handler(({ input }) => usageOf(findWorkload(input.name))),
      keptLogs: os.workloads.keptLogs.handler(({ input }) => ({
        logs: scenario.keptLogs[input.name] ?? [],
      })),
      instanceLogs: os.workloads.instanceLogs.handler(async function* ({ signal }) {
        const first = scenario.workloads[0]
        if (first) yield* tell(first, undefined, signal)
      }),
    },
    catalogue: {
      list: os.catalogue.list.handler(() => ({ entries: ENTRIES })),
      show: os.catalogue.show.handler(({ input }) => findEntry(input.name)),
      fill: os.catalogue.fill.handler(({ input }) => fillEntry(input)),
    },
    edge: {
      authority: os.edge.authority.handler(() => ({
        ...{ certificate: '', fingerprint: '', zones: [], validUntil: new Date().toISOString() },
      })),
      requests: os.edge.requests.handler(() => ({ requests: [] })),
      pass: os.edge.pass.handler(({ input }) => ({
        pass: 'mycelium-pass.example',
        expiresAt: new Date().toISOString(),
        url: `${findWorkload(input.name).url}?mycelium-pass=mycelium-pass.example`,
      })),
    },
    commands: {
      run: os.commands.run.handler(({ signal }) => shell.run(signal)),
      input: os.commands.input.handler(({ input }) => shell.input(input)),
      audit: os.commands.audit.handler(() => ({ entries: [] })),
    },
    bundles: {
      list: os.bundles.list.handler(() => ({ bundles: scenario.bundles })),
      publish: os.bundles.publish.handler(() => {
        throw new ORPCError('VALIDATION_ERROR', { message: 'The signature does not match.' })
      }),
      publishers: os.bundles.publishers.handler(() => ({ publishers: [] })),
      trust: os.bundles.trust.handler(() => ({})),
      untrust: os.bundles.untrust.handler(() => ({})),
    },
    images: { list: os.images.list.handler(() => ({ images: scenario.images })) },
    events: {
      watch: os.events.watch.handler(async function* ({ signal }) {
        const waiting: NodeEvent[] = []
        let wake = (): void => {}
        const hear = (event: NodeEvent): void => {
          waiting.push(event)
          wake()
        }
        watchers.add(hear)
        signal?.addEventListener('abort', () => wake())
        try {
          while (!signal?.aborted) {
            yield* waiting.splice(0)
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        } finally {
          watchers.delete(hear)
        }
      }),
    },
  })
}

/** As if all had gone but what keeps data there. */
function drainOf({ workloads }: Scenario, node: string) {
  const reason = { code: 'DATA_HERE', message: 'What it keeps lies on that computer.' }
  const left = workloads.flatMap(({ name, instances }) =>
    instances
      .filter((one) => one.node === node)
      .map(({ id, index }) => ({ instance: id, workload: name, index, reason })),
  )
  return { state: 'allButData' as const, left }
}

function changeMember(scenario: Scenario, owner: string, state: 'member' | 'removed') {
  const found = scenario.members.find((each) => each.owner === owner)
  if (!found) throw new ORPCError('NOT_FOUND', { message: 'No such owner.' })
  found.state = state
  found.permissions = state === 'member' ? ['deploy', 'use'] : []
  return found
}

/** A few lines of a small web service, at fixed times, and then silence. */
async function* tell(workload: WorkloadView, only: string | undefined, signal?: AbortSignal) {
  const startMs = Date.UTC(2026, 10, 20, 9, 30, 0)
  const texts = [
    'listening on :8080',
    'GET /health 200 0.4 ms',
    'GET / 200 2.1 ms',
    'cache miss for /notes/42, reading from disk',
    'GET /notes/42 200 8.7 ms',
    'warning: slow client 10.0.0.7, 1.4 s to read the answer',
  ]
  for (let index = 0; index < 60; index += 1) {
    const instance = workload.instances[index % Math.max(1, workload.instances.length)]
    if (!instance || (only && instance.id !== only)) continue
    const line = texts[index % texts.length] ?? ''
    yield {
      at: new Date(startMs + index * 830).toISOString(),
      instance: instance.id,
      node: instance.node,
      stream: line.startsWith('warning') ? ('stderr' as const) : ('stdout' as const),
      line,
    }
  }
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
}
