/** What a pod or container asks of the computer itself: refused by name (quality.md, Security). */
import { isUser } from '../../spec/index.ts'
import { sayAmount } from '../amounts.ts'
import { addCapability, dropCapability } from '../capabilities.ts'
import type { ReportCode } from '../codes.ts'
import type { PartDraft } from '../draft.ts'
import type { Scope } from '../report.ts'
import { all, sayOf, within } from '../rules.ts'
import { field, isTrue, type Rules, type Tree, textOf } from '../tree.ts'

interface Scoped {
  scope: Scope
  /** Of a container; a pod says none of this. */
  part?: PartDraft
  /** Of a pod. */
  securityContext?: Tree | undefined
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

/** As a container says it, and where it does not, its pod. */
export function userOf(...contexts: (Tree | undefined)[]): string | undefined {
  const said = (name: string) => contexts.flatMap((one) => idIn(field(one, name)) ?? [])[0]
  const [user, group] = [said('runAsUser'), said('runAsGroup')]
  return user === undefined || group === undefined ? user : `${user}:${group}`
}

function idIn(at: Tree | undefined): string | undefined {
  const text = textOf(at) ?? ''
  return /^\d{1,10}$/.test(text) && isUser(text) ? text : undefined
}

const namedUser = ({ part, securityContext }: Scoped): string | undefined =>
  part ? part.user : userOf(securityContext)

function takeGroup(at: Tree, into: Scoped): void {
  const code = namedUser(into) === undefined ? 'group-of-user' : 'kept'
  sayAmount(at, { read: idIn(at), form: 'id', code }, into.scope)
}

function takeNonRoot(at: Tree, into: Scoped): void {
  const user = namedUser(into)
  const [scope, asked] = [into.scope, isTrue(at)]
  if (asked && user === undefined) scope.say(at, 'root-not-excluded')
  else if (asked && /^0+(:|$)/.test(user ?? '')) scope.say(at, 'wrong-form', 'runAsUser is root.')
  else scope.say(at, 'kept')
}

const CAPABILITIES: Rules<Scoped> = new Map<string, Rule>([
  ['add', all(addCapability)],
  ['drop', all(dropCapability)],
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
  ['runAsUser', (at, { scope }) => sayAmount(at, { read: idIn(at), form: 'id' }, scope)],
  ['runAsGroup', takeGroup],
  ['runAsNonRoot', takeNonRoot],
  ...sayOf('no-volume-group', 'fsGroup'),
  ...sayOf('no-groups', 'supplementalGroups', 'supplementalGroupsPolicy'),
])

export const takeSecurityContext: Rule = within(() => CONTEXT)
