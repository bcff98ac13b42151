/** Compose files: each service a workload (https://docs.docker.com/reference/compose-file/). */
import { validationError } from '../../spec/index.ts'
import { declareAsked } from '../addresses.ts'
import { type Draft, labelOf, newDraft, newPart } from '../draft.ts'
import { WORKLOADS_MAX } from '../limits.ts'
import type { Report, Scope } from '../report.ts'
import { byRules, field, fieldsOf, isEmpty, type Rules, type Tree, textOf } from '../tree.ts'
import { fillTree } from '../variables.ts'
import { configsOf, sayConfigs } from './configs.ts'
import { aliasesOf } from './networks.ts'
import { isChosen, sayLeftOut } from './profiles.ts'
import { takeService } from './service.ts'
import type { Config, Service } from './service-rule.ts'

interface Project extends Pick<Service, 'variables' | 'files'> {
  report: Report
  scope: Scope
  configs: ReadonlyMap<string, Config>
  drafts: Draft[]
}

export function readCompose(
  documents: readonly Tree[],
  report: Report,
  given: Pick<Project, 'variables' | 'files'>,
) {
  const scope = report.scope()
  const configs = configsOf(documents)
  const project: Project = { report, scope, ...given, configs, drafts: [] }
  for (const document of documents) {
    if (document.kind === 'map') byRules(document, PROJECT, { into: project, scope })
    else scope.say(document, 'wrong-form')
  }
  sayConfigs(configs, scope)
  declareAsked(project.drafts)
  return project.drafts
}

const whole =
  (
    code:
      | 'volume-local'
      | 'no-networks'
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
  ['configs', noConfigs],
  ['secrets', whole('secret-not-brought')],
  ['include', whole('other-file')],
])

/** Each is spoken of when all services were read. */
function noConfigs(at: Tree, { scope }: Project): void {
  if (at.kind !== 'map' || isEmpty(at)) scope.say(at, isEmpty(at) ? 'kept' : 'wrong-form')
}

function takeServices(at: Tree, project: Project): void {
  if (fieldsOf(at).size > WORKLOADS_MAX) {
    throw validationError([{ path: 'text', message: `More than ${WORKLOADS_MAX} services.` }])
  }
  if (at.kind !== 'map' || isEmpty(at)) project.scope.say(at, 'wrong-form')
  const services = new Map(fieldsOf(at))
  for (const [name, service] of fieldsOf(at)) {
    if (isChosen(service, project.variables)) continue
    sayLeftOut(service, project.report.scope(labelOf(name)))
    services.delete(name)
  }
  for (const [name, service] of services) {
    const others = new Set([...services.keys()].filter((one) => one !== name))
    takeOne(name, service, { others, aliases: aliasesOf(services, others) }, project)
  }
}

function takeOne(
  name: string,
  at: Tree,
  found: Pick<Service, 'others' | 'aliases'>,
  { report, drafts, ...given }: Project,
): void {
  const label = labelOf(name) ?? 'service'
  const scope = report.scope(label)
  const service = fillTree(at, given.variables, scope)
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
  takeService(service, { ...given, draft, part, scope, ...found, hasImage })
}

const NAMES = 'Names have 1 to 63 of a-z, 0-9 and "-".'
