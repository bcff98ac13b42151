/** What a service asks of the computer itself: refused, each by its name (quality.md, Security). */
import { addCapability } from '../capabilities.ts'
import type { ReportCode } from '../codes.ts'
import { all, say, sayOf } from '../rules.ts'
import { isTrue, type Tree, textOf } from '../tree.ts'
import { takeGpuRequest } from './gpu-requests.ts'
import type { Service, ServiceRule } from './service-rule.ts'

export const RISKS: readonly (readonly [string, ServiceRule])[] = [
  ['privileged', (at, { scope }) => scope.say(at, isTrue(at) ? 'privileged' : 'always-so')],
  ['network_mode', all(takeNetworkMode)],
  ['pid', (at, service) => shared(at, 'host-processes', service)],
  ['ipc', (at, service) => shared(at, 'host-memory', service)],
  ['uts', (at, service) => shared(at, 'host-names', service)],
  ['userns_mode', (at, service) => shared(at, 'host-names', service)],
  ['cgroup', (at, service) => shared(at, 'host-names', service)],
  ['cap_add', all(addCapability)],
  ['security_opt', all(takeSecurityOption)],
  ['gpus', all(takeGpuRequest)],
  ['use_api_socket', (at, { scope }) => scope.say(at, isTrue(at) ? 'container-socket' : 'kept')],
  ...sayOf('device', 'devices', 'device_cgroup_rules'),
  ...sayOf('host-names', 'cgroup_parent'),
  ['credential_spec', say('host-path')],
]

function takeNetworkMode(at: Tree, { scope, draft }: Service): void {
  const mode = textOf(at)
  if (mode === undefined) scope.say(at, 'wrong-form')
  else if (mode === 'host') scope.say(at, 'host-network')
  else if (/^(service|container):/.test(mode)) scope.say(at, 'shared-namespace')
  else if (mode === 'none') {
    draft.isolated = true
    scope.say(at, 'kept')
  } else scope.say(at, 'no-networks')
}

function shared(at: Tree, host: ReportCode, { scope }: Service): void {
  const mode = textOf(at)
  if (mode === undefined) scope.say(at, 'wrong-form')
  else if (/^(service|container):/.test(mode)) scope.say(at, 'shared-namespace')
  else if (mode === '' || mode === 'private' || mode === 'none') scope.say(at, 'always-so')
  // `shareable` and anything new: not known to be its own.
  else scope.say(at, mode === 'shareable' ? 'no-tuning' : host)
}

/** `no-new-privileges:true`, `seccomp=unconfined`, `label:disable`. */
function takeSecurityOption(at: Tree, { scope }: Service): void {
  const [name, value = ''] = (textOf(at) ?? '').toLowerCase().split(/[:=]/)
  if (name === 'no-new-privileges') scope.say(at, value === 'false' ? 'unconfined' : 'always-so')
  else if (value === 'unconfined' || value === 'disable' || name === 'systempaths') {
    scope.say(at, 'unconfined')
  } else scope.say(at, 'no-tuning')
}
