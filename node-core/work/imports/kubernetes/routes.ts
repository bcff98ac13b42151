/** Routes of the Gateway API and of Traefik: like an Ingress, they lead everybody to Services. */
import type { Report, Scope } from '../report.ts'
import { say } from '../rules.ts'
import { byRules, field, itemsOf, type Rules, type Tree, textOf, wholeNumber } from '../tree.ts'
import { namespaceText } from './namespaces.ts'
import type { KubeObject } from './object.ts'

/** Those of UDP lead nowhere that the edge leads. */
export const ROUTES = [
  ...['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute'],
  ...['IngressRoute', 'IngressRouteTCP'],
]

/** A port of a Service, by its number or its name; without one all of them. */
export interface Backend {
  name: string
  port: string | undefined
}

/** Services of its own namespace: into another one it needs leave that may stand elsewhere. */
export function backendsLedTo(route: KubeObject): Backend[] {
  if (!isBeforeAll(route)) return []
  return rulesOf(route)
    .flatMap(backendsOf)
    .flatMap((backend): Backend[] => {
      const name = serviceOf(backend, route)
      const isLed = name !== undefined && wholeNumber(field(backend, 'weight')) !== 0
      return isLed ? [{ name, port: textOf(field(backend, 'port')) }] : []
    })
}

/** What it leads to is told of each; what it does on the way is not done here. */
export function takeRoute(
  route: KubeObject,
  isThere: (service: string, namespace: string) => boolean,
  report: Report,
): void {
  const scope = report.scope()
  byRules(route.at, ROUTE, { into: { scope }, scope })
  for (const rule of rulesOf(route)) {
    scope.say(rule, 'edge-names')
    for (const backend of backendsOf(rule)) {
      const service = serviceOf(backend, route)
      if (service === undefined || !isThere(service, route.namespace)) {
        scope.say(backend, 'not-used', noneText(route))
      }
      sayFilters(backend, scope)
    }
    sayFilters(rule, scope)
  }
}

const ROUTE: Rules<{ scope: Scope }> = new Map<string, (at: Tree, into: { scope: Scope }) => void>([
  ['apiVersion', say('kept')],
  ['kind', say('kept')],
  ['metadata', say('kept')],
  ['status', say('not-used')],
  ['spec', say('edge-names')],
])

function rulesOf({ at }: KubeObject): readonly Tree[] {
  const spec = field(at, 'spec')
  return [...itemsOf(field(spec, 'rules')), ...itemsOf(field(spec, 'routes'))]
}

function backendsOf(rule: Tree): readonly Tree[] {
  return [...itemsOf(field(rule, 'backendRefs')), ...itemsOf(field(rule, 'services'))]
}

/** Undefined where it is none, or another namespace's. */
function serviceOf(backend: Tree, { namespace }: KubeObject): string | undefined {
  const isService = (textOf(field(backend, 'kind')) ?? 'Service') === 'Service'
  const isNear = (textOf(field(backend, 'namespace')) ?? namespace) === namespace
  return isService && isNear ? textOf(field(backend, 'name')) : undefined
}

/** A route of the Gateway API that stands before a Service is for those inside of the cluster. */
function isBeforeAll({ kind, at }: KubeObject): boolean {
  if (kind.startsWith('Ingress')) return true
  const parents = itemsOf(field(at, 'spec', 'parentRefs'))
  return parents.some((parent) => textOf(field(parent, 'kind')) !== 'Service')
}

function sayFilters(at: Tree, scope: Scope): void {
  for (const name of ['filters', 'middlewares']) {
    for (const filter of itemsOf(field(at, name))) scope.say(filter, 'no-filters')
  }
}

function noneText({ kind, namespace }: KubeObject): string {
  return `It is no Service of this text in ${namespaceText(namespace)}, where this ${kind} is: nobody is led there.`
}
