/** A service's `deploy`: https://docs.docker.com/reference/compose-file/deploy/. */
import { byRules, type Rules, type Tree, textOf } from '../tree.ts'
import {
  bytes,
  cores,
  type Service,
  type ServiceRule,
  say,
  sayOf,
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
  ['resources', inside(new Map([amounts('limits'), amounts('reservations')]))],
  ['restart_policy', say('no-restart-rule')],
  ['placement', say('no-placement')],
  ['endpoint_mode', say('no-networks')],
  ['update_config', say('no-rollout')],
  ['rollback_config', say('no-rollout')],
])

function inside(rules: Rules<Service>): ServiceRule {
  return (at, service) => byRules(at, rules, { into: service, scope: service.scope })
}

function amounts(name: 'limits' | 'reservations'): [string, ServiceRule] {
  const of = name === 'limits' ? 'limits' : 'requests'
  const rules: Rules<Service> = new Map<string, ServiceRule>([
    ['cpus', cores(of)],
    ['memory', bytes(of)],
    ['devices', say('device')],
    ...sayOf('no-tuning', 'pids', 'generic_resources'),
  ])
  return [name, inside(rules)]
}

function takeMode(at: Tree, { scope }: Service): void {
  const mode = textOf(at) ?? ''
  if (mode.startsWith('global')) scope.say(at, 'runs-everywhere')
  else if (mode.endsWith('-job')) scope.say(at, 'runs-once')
  else scope.say(at, 'kept')
}
