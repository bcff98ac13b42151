/** A service's `deploy`: https://docs.docker.com/reference/compose-file/deploy/. */
import { REPLICAS_MAX } from '../../spec/index.ts'
import { sayAmount } from '../amounts.ts'
import type { Draft } from '../draft.ts'
import { takeRestartPolicy } from '../endings.ts'
import { IMPORTED_RETRIES_MAX } from '../limits.ts'
import { all, say, sayOf, within } from '../rules.ts'
import { byRules, field, type Rules, type Tree, textOf, wholeNumber } from '../tree.ts'
import { takeDevice } from './gpu-requests.ts'
import {
  bytes,
  cores,
  type Service,
  type ServiceRule,
  takeLabels,
  takeReplicas,
} from './service-rule.ts'

export function takeDeploy(at: Tree, service: Service): void {
  byRules(at, DEPLOY, { into: service, scope: service.scope })
}

const DEPLOY: Rules<Service> = new Map<string, ServiceRule>([
  ['replicas', takeReplicas],
  ['labels', takeLabels],
  ['mode', takeMode],
  ['resources', within(() => RESOURCES)],
  ['restart_policy', takeRestartPolicy],
  ['placement', within(() => PLACEMENT)],
  ['endpoint_mode', say('no-networks')],
  ['update_config', within(() => UPDATE)],
  ['rollback_config', say('no-rollout')],
])

const UPDATE: Rules<Service> = new Map<string, ServiceRule>([
  ['parallelism', takeParallelism],
  [
    'order',
    (at, { scope }) => scope.say(at, textOf(at) === 'start-first' ? 'kept' : 'always-beside'),
  ],
  // A version that does not become healthy stops by itself.
  [
    'failure_action',
    (at, { scope }) => scope.say(at, textOf(at) === 'pause' ? 'always-so' : 'no-rollout'),
  ],
  ...sayOf('no-rollout', 'delay', 'monitor', 'max_failure_ratio'),
])

const PLACEMENT: Rules<Service> = new Map<string, ServiceRule>([
  ['constraints', all(takeConstraint)],
  ['preferences', all(takePreference)],
  ['max_replicas_per_node', takeCopiesPerNode],
])

/** 0 is as many as there is room for. */
function takeCopiesPerNode(at: Tree, { draft, scope }: Service): void {
  const copies = wholeNumber(at)
  if (copies === 1) draft.apart.add(draft.name)
  if (copies === undefined) sayAmount(at, { read: copies, form: 'count' }, scope)
  else scope.say(at, copies <= 1 ? 'kept' : 'place-not-kept')
}

/** `spread: node.labels.datacenter`: places are sites here. */
function takePreference(at: Tree, { draft, scope }: Service): void {
  const over = textOf(field(at, 'spread')) ?? ''
  const isPlace = /\.labels\.(.*\.)?(zone|site|region|datacenter|dc|rack)$/.test(over)
  if (isPlace) draft.overSites = true
  scope.say(at, isPlace ? 'spread-over-sites' : 'no-placement')
}

/** `node.labels.disk == ssd`. */
function takeConstraint(at: Tree, { draft, scope }: Service): void {
  const text = textOf(at) ?? ''
  // What runs where by its platform or its part in Docker's own cluster: the image says the one, nobody has the other.
  if (/^node\.(role|platform\.(os|arch))\b/.test(text)) {
    scope.say(at, 'no-placement')
    return
  }
  const [, key, value] = /^(?:node|engine)\.labels\.(\S+?) ?== ?(\S+)$/.exec(text) ?? []
  const fits = key !== undefined && value !== undefined && key !== '__proto__'
  if (fits) draft.nodeSelector.set(key, value)
  scope.say(at, fits ? 'kept' : 'place-not-kept')
}

const RESOURCES: Rules<Service> = new Map([amounts('limits'), amounts('reservations')])

/** 0 is all at once, as in Docker. */
function takeParallelism(at: Tree, { draft, scope }: Service): void {
  const copies = wholeNumber(at)
  if (copies !== undefined) draft.rollout.atOnce = copies === 0 ? REPLICAS_MAX : copies
  sayAmount(at, { read: copies, form: 'count' }, scope)
}

function amounts(name: 'limits' | 'reservations'): [string, ServiceRule] {
  const of = name === 'limits' ? 'limits' : 'requests'
  const rules: Rules<Service> = new Map<string, ServiceRule>([
    ['cpus', cores(of)],
    ['memory', bytes(of)],
    ['devices', all(takeDevice)],
    ...sayOf('no-tuning', 'pids', 'generic_resources'),
  ])
  return [name, within(() => rules)]
}

function takeMode(at: Tree, { draft, scope }: Service): void {
  const mode = textOf(at) ?? ''
  if (mode.startsWith('global')) scope.say(at, 'runs-everywhere')
  else if (mode === 'replicated-job') {
    draft.job = {}
    scope.say(at, 'kept')
  } else scope.say(at, 'kept')
}

/** What a `replicated-job` comes to once all of its service was read: its fields come in any order. */
export function settleJob(draft: Draft): void {
  const { job, replicas = 1, restart = {} } = draft
  if (!job) return
  const { when, atMost, ...waits } = restart
  const tries = when === 'never' ? 0 : atMost
  const retries = tries !== undefined && { retries: Math.min(tries, IMPORTED_RETRIES_MAX) }
  draft.job = { completions: replicas, parallelism: replicas, ...retries }
  if (Object.keys(waits).length > 0) draft.restart = waits
  else delete draft.restart
}
