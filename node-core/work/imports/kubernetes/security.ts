/** What a pod or container asks of the computer itself: refused by name (quality.md, Security). */
import type { ReportCode } from '../codes.ts'
import type { PartDraft } from '../draft.ts'
import type { Scope } from '../report.ts'
import { field, isTrue, type Rules, type Tree, textOf } from '../tree.ts'
import { all, say, sayOf, within } from './rule.ts'

interface Scoped {
  scope: Scope
  /** Of a container; a pod says none of this. */
  part?: PartDraft
}
type Rule = (at: Tree, into: Scoped) => void

/** Refused when it is asked for. */
export const unlessFalse =
  (code: ReportCode): Rule =>
  (at, { scope }) =>
    scope.say(at, isTrue(at) ? code : 'always-so')

function takeReadOnlyRoot(at: Tree, { scope, part }: Scoped): void {
  if (part && isTrue(at)) part.readOnlyRoot = true
  scope.say(at, 'kept')
}

const CAPABILITIES: Rules<Scoped> = new Map<string, Rule>([
  [
    'add',
    all((at, { scope }) => {
      const name = (textOf(at) ?? '').toUpperCase().replace(/^CAP_/, '')
      scope.say(at, name === 'NET_BIND_SERVICE' ? 'always-so' : 'capability')
    }),
  ],
  ['drop', say('always-so')],
])

const profile: Rule = (at, { scope }) => {
  const type = textOf(field(at, 'type'))
  scope.say(at, type === 'Unconfined' ? 'unconfined' : 'always-so')
}

const CONTEXT: Rules<Scoped> = new Map<string, Rule>([
  ['privileged', unlessFalse('privileged')],
  [
    'allowPrivilegeEscalation',
    (at, { scope }) => scope.say(at, isTrue(at) ? 'no-tuning' : 'always-so'),
  ],
  ['capabilities', within(() => CAPABILITIES)],
  ['seccompProfile', profile],
  ['appArmorProfile', profile],
  [
    'procMount',
    (at, { scope }) => scope.say(at, textOf(at) === 'Default' ? 'always-so' : 'unconfined'),
  ],
  ['readOnlyRootFilesystem', takeReadOnlyRoot],
  [
    'windowsOptions',
    (at, { scope }) => scope.say(at, isTrue(field(at, 'hostProcess')) ? 'privileged' : 'no-tuning'),
  ],
  ...sayOf('no-tuning', 'seLinuxOptions', 'sysctls', 'fsGroupChangePolicy'),
  ...sayOf('no-user', 'runAsUser', 'runAsGroup', 'runAsNonRoot', 'fsGroup'),
  ...sayOf('no-user', 'supplementalGroups', 'supplementalGroupsPolicy'),
])

export const takeSecurityContext: Rule = within(() => CONTEXT)
