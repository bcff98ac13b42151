import { ORPCError } from '@orpc/server'
import {
  type ImportReportLine,
  type WorkloadView,
  workloadSchema,
} from '../../../node-core/api/contract/index.ts'
import type { Scenario } from '../scenarios/index.ts'
import { makeInstance, makeWorkload } from '../shapes.ts'
import { usageOf } from '../usage.ts'
import { type Fake, findWorkload, os } from './fake.ts'
import { SAYS } from './says.ts'

/** A copy of an image that has not the program which it is told to run. */
function unrunnable(nodeName: string, index: number) {
  const reason = { code: 'NOT_RUNNABLE', message: SAYS.noProgram }
  return makeInstance({ ...{ nodeName, index, reason }, status: 'Failed', health: 'unknown' })
}

export function workloadsOf({ scenario, emit }: Fake) {
  return {
    workloads: {
      list: os.workloads.list.handler(() => ({ workloads: scenario.workloads })),
      get: os.workloads.get.handler(({ input }) => findWorkload(scenario, input.name)),
      schema: os.workloads.schema.handler(() => workloadSchema()),
      deploy: os.workloads.deploy.handler(({ input }) => {
        if (input.containers?.[0]?.image === 'forbidden') throw forbidden()
        if (input.containers?.[0]?.image === 'nowhere') {
          throw new ORPCError('VALIDATION_ERROR', {
            message: SAYS.noImage,
            data: [{ path: 'containers.0.image', message: SAYS.noImage }],
          })
        }
        const name = input.name ?? 'workload'
        const there = scenario.workloads.find((each) => each.name === name)
        if (there) return { ...there, existed: true }
        const isRunnable = input.containers?.[0]?.image !== 'no-program'
        const made = makeWorkload({
          name,
          replicas: input.replicas ?? 1,
          status: 'Progressing',
          instances: scenario.nodes.slice(0, input.replicas ?? 1).map((node, index) => {
            if (!isRunnable) return unrunnable(node.name, index)
            const runs = index === 0 && input.replicas !== undefined && input.replicas > 1
            return makeInstance({
              nodeName: node.name,
              index,
              status: runs ? 'Running' : 'Pulling',
              health: runs ? 'healthy' : 'unknown',
              ...(runs ? {} : { progress: 'Pulling image, 41 of 120 MB' }),
            })
          }),
        })
        scenario.workloads.push(made)
        emit('workload.changed', { name })
        return made
      }),
      import: os.workloads.import.handler(({ input }) => {
        if (!input.text.includes('services')) {
          throw new ORPCError('VALIDATION_ERROR', {
            message: SAYS.importUnread,
            data: [{ path: 'text', message: SAYS.importUnread }],
          })
        }
        return {
          format: 'compose',
          workloads: [{ name: 'wiki', containers: [{ image: 'wiki:2', files: BROUGHT }] }],
          report: [
            told('image', { line: 3, verdict: 'kept', message: SAYS.kept }),
            told('restart', { line: 4, verdict: 'changed', message: SAYS.importChanged }),
            told('privileged', { line: 5, verdict: 'refused', message: SAYS.importRefused }),
          ],
        }
      }),
      preview: os.workloads.preview.handler(({ input }) => {
        const displaced = input.priority === 'high' ? ['backup/0'] : []
        const isShielded = Array.isArray(input.egress)
        const conditions = isShielded ? [{ code: 'EGRESS_SHIELDED', message: SAYS.shielded }] : []
        const name = input.name ?? 'web'
        return { name, ...placement(scenario, input.replicas ?? 1, displaced), conditions }
      }),
      change: os.workloads.change.handler(({ input }) => {
        const found = findWorkload(scenario, input.name)
        if (input.replicas) found.replicas = input.replicas
        const paused = input.job?.schedule?.paused
        if (paused !== undefined && found.job?.schedule) found.job.schedule.paused = paused
        return found
      }),
      differences: os.workloads.differences.handler(({ input }) => {
        const { generation } = findWorkload(scenario, input.name)
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
        const found = findWorkload(scenario, input.name)
        found.generation += 1
        emit('workload.changed', { name: input.name })
        return found
      }),
      promote: os.workloads.promote.handler(({ input }) => findWorkload(scenario, input.name)),
      restart: os.workloads.restart.handler(({ input }) => {
        const found = findWorkload(scenario, input.name)
        found.generation += 1
        emit('workload.changed', { name: input.name })
        return found
      }),
      pause: os.workloads.pause.handler(({ input }) => {
        const found = findWorkload(scenario, input.name)
        const by = found.owner
        const copies = Math.max(1, found.replicas)
        found.paused ??= { at: '2026-11-20T09:00:00.000Z', by, copies }
        Object.assign(found, {
          ...{ status: 'Paused', replicas: 0, running_instances: 0, instances: [] },
          // The window says it in words of its own: this is for the command line.
          conditions: [{ code: 'PAUSED', message: `Until: mycelium resume ${input.name}` }],
        })
        emit('workload.changed', { name: input.name })
        return found
      }),
      resume: os.workloads.resume.handler(({ input }) => {
        const found = findWorkload(scenario, input.name)
        if (found.paused) Object.assign(found, { replicas: found.paused.copies, status: 'Pending' })
        found.conditions = []
        delete found.paused
        emit('workload.changed', { name: input.name })
        return found
      }),
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
      why: os.workloads.why.handler(({ input }) => {
        const { replicas, job, instances } = findWorkload(scenario, input.name)
        const isDue = !job?.schedule || instances.length > 0
        const conditions = isDue ? [] : [{ code: 'NOT_DUE', message: SAYS.notDue }]
        return { ...placement(scenario, replicas), conditions }
      }),
      logs: os.workloads.logs.handler(async function* ({ input, signal }) {
        const workload = findWorkload(scenario, input.name)
        yield* tell(workload, { ...input, signal })
      }),
      usage: os.workloads.usage.handler(({ input }) => usageOf(findWorkload(scenario, input.name))),
      keptLogs: os.workloads.keptLogs.handler(({ input }) => ({
        logs: scenario.keptLogs[input.name] ?? [],
      })),
      instanceLogs: os.workloads.instanceLogs.handler(async function* ({ input, signal }) {
        const first = scenario.workloads[0]
        if (first) yield* tell(first, { ...input, signal })
      }),
    },
  }
}

/** Whose right was taken while the page was open. */
function forbidden() {
  return new ORPCError('FORBIDDEN', { message: SAYS.forbidden, data: { permission: 'deploy' } })
}

const BROUGHT = [{ path: '/etc/wiki.conf', content: 'name = wiki\n' }]

function told(
  key: string,
  line: Pick<ImportReportLine, 'line' | 'verdict' | 'message'>,
): ImportReportLine {
  return { ...line, path: `services.wiki.${key}`, code: line.verdict }
}

function placement(scenario: Scenario, replicas: number, displaces: string[] = []) {
  return {
    slots: Array.from({ length: replicas }, (_, index) => {
      const free = scenario.nodes.filter((node) => node.status === 'Ready' && node.kinds.length > 0)
      const node = free[index % Math.max(1, free.length)]
      return {
        index,
        ...(node && index < free.length
          ? { node: node.id, nodeName: node.name, because: { code: 'DRAWN', message: SAYS.drawn } }
          : {}),
        ...(index === 0 && displaces.length > 0 && { displaces }),
        refused: scenario.nodes
          .filter((each) => each.status !== 'Ready' || each.kinds.length === 0)
          .map((each) => ({
            node: each.id,
            nodeName: each.name,
            reason:
              each.status === 'Cordoned'
                ? { code: 'CORDONED', message: SAYS.cordoned }
                : { code: 'KIND', message: SAYS.kind },
          })),
      }
    }),
  }
}

interface Told {
  instance?: string | undefined
  grep?: string | undefined
  after?: readonly string[] | undefined
  follow: boolean
  signal?: AbortSignal | undefined
}

/** A few lines of a small web service, at fixed times, and then silence. */
async function* tell(workload: WorkloadView, told: Told) {
  const { instance: only, grep = '', after = [], follow, signal } = told
  const read = new Map(after.map((place) => [place.split('.')[0], Number(place.split('.')[1])]))
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
    if (index <= (read.get(instance.id) ?? -1)) continue
    const line = texts[index % texts.length] ?? ''
    if (!line.toLowerCase().includes(grep.toLowerCase())) continue
    yield {
      at: new Date(startMs + index * 830).toISOString(),
      instance: instance.id,
      node: instance.node,
      stream: line.startsWith('warning') ? ('stderr' as const) : ('stdout' as const),
      line,
      place: `${instance.id}.${index}`,
    }
  }
  if (!follow) return
  await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
}

/** What the contract says of an amount that is none. */
export const REFUSAL = 'Not an amount of bytes, such as "256Mi", "1Gi" or "512M".'
