/** Compose files: each service a workload (https://docs.docker.com/reference/compose-file/). */
import { validationError } from '../../spec/index.ts'
import { type Draft, labelOf, newDraft, newPart } from '../draft.ts'
import { WORKLOADS_MAX } from '../limits.ts'
import { sayShared } from '../mounts.ts'
import type { Report, Scope } from '../report.ts'
import {
  byRules,
  field,
  fieldsOf,
  isEmpty,
  itemsOf,
  type Rules,
  type Tree,
  textOf,
} from '../tree.ts'
import { fillTree, type Variables } from '../variables.ts'
import { takeService } from './service.ts'
import type { EnvFile } from './service-rule.ts'

interface Project {
  report: Report
  scope: Scope
  variables: Variables
  envFiles: ReadonlyMap<string, EnvFile>
  drafts: Draft[]
}

export function readCompose(
  documents: readonly Tree[],
  report: Report,
  given: Pick<Project, 'variables' | 'envFiles'>,
) {
  const scope = report.scope()
  const project: Project = { report, scope, ...given, drafts: [] }
  for (const document of documents) {
    if (document.kind === 'map') byRules(document, PROJECT, { into: project, scope })
    else scope.say(document, 'wrong-form')
  }
  sayShared(project.drafts)
  return project.drafts
}

const whole =
  (
    code:
      | 'volume-local'
      | 'no-networks'
      | 'no-files'
      | 'secret-not-brought'
      | 'no-project'
      | 'other-file'
      | 'kept',
  ) =>
  (at: Tree, { scope }: Project): void =>
    scope.say(at, code)

const PROJECT: Rules<Project> = new Map<string, (at: Tree, project: Project) => void>([
  ['services', takeServices],
  ['name', whole('no-project')],
  ['version', whole('kept')],
  ['volumes', whole('volume-local')],
  ['networks', whole('no-networks')],
  ['configs', whole('no-files')],
  ['secrets', whole('secret-not-brought')],
  ['include', whole('other-file')],
])

function takeServices(at: Tree, project: Project): void {
  const names = new Set(fieldsOf(at).keys())
  const chosen = (project.variables.get('COMPOSE_PROFILES') ?? '').split(',')
  if (names.size > WORKLOADS_MAX) {
    throw validationError([{ path: 'text', message: `More than ${WORKLOADS_MAX} services.` }])
  }
  if (at.kind !== 'map' || isEmpty(at)) project.scope.say(at, 'wrong-form')
  const services = [...fieldsOf(at)].filter(([name, service]) => {
    const profiles = profilesOf(service)
    const isIn = profiles.length === 0 || profiles.some((one) => isChosen(one, chosen))
    if (!isIn) sayLeftOut(service, { profiles, scope: project.report.scope(labelOf(name)) })
    return isIn
  })
  for (const [name, service] of services) {
    const others = services.flatMap(([one]) => (one === name ? [] : one))
    takeOne(name, service, new Set(others), project)
  }
}

function profilesOf(service: Tree): string[] {
  return itemsOf(field(service, 'profiles')).map((one) => textOf(one) ?? '')
}

/** Docker takes `*` for all of them. */
function isChosen(profile: string, chosen: readonly string[]): boolean {
  return chosen.some((one) => one === '*' || one.trim() === profile)
}

function sayLeftOut(at: Tree, { profiles, scope }: { profiles: string[]; scope: Scope }): void {
  const named = profiles.map((one) => (/^[\w.-]{1,64}$/.test(one) ? `“${one}”` : 'one')).join(', ')
  const [first = ''] = profiles
  const how = /^[\w.-]{1,64}$/.test(first)
    ? ` To bring it: the variable COMPOSE_PROFILES=${first}.`
    : ''
  scope.say(
    at,
    'other-profile',
    `Left out, as compose does unless its profile is chosen: ${named}.${how}`,
  )
}

function takeOne(
  name: string,
  found: Tree,
  others: ReadonlySet<string>,
  { report, variables, envFiles, drafts }: Project,
): void {
  const label = labelOf(name) ?? 'service'
  const scope = report.scope(label)
  const service = fillTree(found, variables, scope)
  const draft = newDraft(service, label, scope)
  const part = newPart(service)
  draft.parts.push(part)
  drafts.push(draft)
  if (label !== name) scope.say(service, 'renamed', `Called ${label} here. ${NAMES}`)
  if (service.kind !== 'map') {
    scope.say(service, 'wrong-form')
    return
  }
  const hasImage = (textOf(field(service, 'image')) ?? '') !== ''
  takeService(service, { draft, part, scope, others, variables, envFiles, hasImage })
}

const NAMES = 'Names have 1 to 63 of a-z, 0-9 and "-".'
