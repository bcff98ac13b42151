/** Kubernetes YAML: which object comes to what. */
import { validationError } from '../../spec/index.ts'
import type { ReportCode } from '../codes.ts'
import { type Draft, labelOf } from '../draft.ts'
import { WORKLOADS_MAX } from '../limits.ts'
import type { Report } from '../report.ts'
import type { Tree } from '../tree.ts'
import { takeAffinity } from './affinity.ts'
import { scales, takeAutoscaler, targetOf } from './autoscaler.ts'
import { takeBudget } from './budgets.ts'
import { copyNamesOf } from './copy-names.ts'
import { elsewhereText } from './namespaces.ts'
import { type KubeObject, objectsOf } from './object.ts'
import { claimIds, storageOf } from './pod-volumes.ts'
import { valueOfClass } from './priority.ts'
import { notePublishedServices } from './published.ts'
import { ROUTES, takeRoute } from './routes.ts'
import { lostNames } from './service-names.ts'
import { takeIngress, takeServiceObject } from './services.ts'
import { saySettings, settingsOf } from './settings.ts'
import { selectable, takeWorkload } from './workload.ts'

const WORKLOADS = [
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
  'Job',
  'CronJob',
]

/** Kinds that run something which would be something else here. */
const REFUSED: ReadonlyMap<string, ReportCode> = new Map([['DaemonSet', 'runs-everywhere']])

const OTHERS: ReadonlyMap<string, ReportCode> = new Map([
  ['PersistentVolumeClaim', 'volume-local'],
  ['PersistentVolume', 'no-tuning'],
  ['StorageClass', 'no-tuning'],
  ['Namespace', 'no-namespaces'],
  ['NetworkPolicy', 'no-network-rules'],
  ['Gateway', 'edge-names'],
  ['GatewayClass', 'edge-names'],
  ['IngressClass', 'edge-names'],
  ['Middleware', 'no-filters'],
  ['MiddlewareTCP', 'no-filters'],
  ['PriorityClass', 'priority-mapped'],
])

export function readKubernetes(
  documents: readonly Tree[],
  report: Report,
  { secretsInTheOpen }: { secretsInTheOpen: boolean },
): Draft[] {
  const objects = objectsOf(documents, report.scope())
  const of = (...kinds: string[]): KubeObject[] =>
    objects.filter(({ kind }) => kinds.includes(kind))
  const settings = new Map(
    of('ConfigMap', 'Secret').map((object) => [idOf(object), settingsOf(object)] as const),
  )
  const byName = Map.groupBy(settings.values(), ({ kind, name }) => `${kind}/${name}`)
  const claims = new Map(
    of('PersistentVolumeClaim').map((object) => [idOf(object), storageOf(object.at)] as const),
  )
  const priorities = new Map(of('PriorityClass').map((one) => [one.name, valueOfClass(one)]))
  const services = new Set(of('Service').map(({ name }) => name))
  const scalers = of('HorizontalPodAutoscaler')
  const copyNames = copyNamesOf(of('StatefulSet'), scalers)
  const claimId = claimIds(of('StatefulSet'))
  const scaled = new Set(scalers.filter(scales).map(targetOf))
  const found = of(...WORKLOADS)
  if (found.length > WORKLOADS_MAX) {
    throw validationError([{ path: 'text', message: `More than ${WORKLOADS_MAX} workloads.` }])
  }
  const lost = lostNames(of('Service'), found.map(selectable))
  const workloads = found.map((object) => {
    const { namespace } = object
    return takeWorkload(object, report, {
      services,
      copyNames,
      lost,
      scaled,
      secretsInTheOpen,
      priorityOf: (name) => priorities.get(name),
      claim: (name) => ({
        ...{ id: claimId(namespace, name), called: name },
        bytes: claims.get(idOf({ kind: 'PersistentVolumeClaim', namespace, name })),
      }),
      settings: (kind, name) => settings.get(idOf({ kind, namespace, name })),
      elsewhere(kind, name) {
        const others = byName.get(`${kind}/${name}`) ?? []
        for (const one of others) one.missedIn.add(namespace)
        const there = others.map((one) => one.namespace)
        return elsewhereText({ kind, there, here: namespace })
      },
    })
  })
  for (const one of workloads) takeAffinity(one, workloads)
  for (const object of of('Service')) takeServiceObject(object, workloads, report)
  const leading = { ingresses: of('Ingress'), routes: of(...ROUTES) }
  notePublishedServices({ services: of('Service'), ...leading }, workloads)
  for (const object of of('PodDisruptionBudget')) takeBudget(object, workloads, report)
  for (const object of leading.ingresses) takeIngress(object, report)
  const isThere = (name: string, namespace: string) =>
    of('Service').some((one) => one.name === name && one.namespace === namespace)
  for (const object of leading.routes) takeRoute(object, isThere, report)
  for (const object of scalers) takeAutoscaler(object, workloads, report)
  for (const one of settings.values()) saySettings(one, report, secretsInTheOpen)
  for (const object of objects) sayOther(object, report)
  return workloads.map(({ draft }) => draft)
}

function idOf({ kind, namespace, name }: Pick<KubeObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`
}

const TAKEN = [
  ...WORKLOADS,
  ...ROUTES,
  ...['Service', 'Ingress', 'ConfigMap', 'Secret'],
  ...['PodDisruptionBudget', 'HorizontalPodAutoscaler'],
]

function sayOther({ kind, name, at }: KubeObject, report: Report): void {
  const refused = REFUSED.get(kind)
  if (refused) report.scope(labelOf(name)).say(at, refused)
  else if (kind === '') report.scope().say(at, 'wrong-form')
  else if (!TAKEN.includes(kind)) report.scope().say(at, OTHERS.get(kind) ?? 'unknown-kind')
}
