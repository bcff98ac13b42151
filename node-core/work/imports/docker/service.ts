/**
 * One service of a compose file, and, as its flags come to the same, one `docker run`: what becomes
 * of each field of https://docs.docker.com/reference/compose-file/services/.
 */
import { isUser } from '../../spec/index.ts'
import { noteLeads, noteWords, use } from '../addresses.ts'
import { dropCapability } from '../capabilities.ts'
import { addScratch, setEnv } from '../draft.ts'
import { takeGrace, takeRestart } from '../endings.ts'
import type { Place } from '../report.ts'
import {
  all,
  say,
  sayOf,
  takeImage,
  takeStopSignal,
  takeText,
  takeWorkingDirectory,
} from '../rules.ts'
import { plainWords } from '../shell-words.ts'
import {
  byRules,
  each,
  field,
  isEmpty,
  isTrue,
  itemsOf,
  type Rules,
  type Tree,
  textOf,
} from '../tree.ts'
import { parseDockerBytes } from '../units.ts'
import { takeConfigs } from './configs.ts'
import { settleJob, takeDeploy } from './deploy.ts'
import { takeEnvFiles } from './env-file.ts'
import { takeHealthcheck } from './healthcheck.ts'
import { takeNetworks } from './networks.ts'
import { takeExposed, takePort, takePublishAll } from './ports.ts'
import { RISKS } from './risks.ts'
import { leadToSecrets, takeSecrets } from './secrets.ts'
import {
  bytes,
  cores,
  type Service,
  type ServiceRule,
  takeLabels,
  takeReplicas,
} from './service-rule.ts'
import { refuseVolumesOf, takeMount } from './volumes.ts'

/** What Docker takes where nothing is said. */
const GRACE_MS = 10_000

export function takeService(at: Tree, service: Service): void {
  const { draft, scope } = service
  draft.graceMs = GRACE_MS
  byRules(filesFirst(at), RULES, { into: service, scope })
  leadToSecrets(service)
  const isSaid = field(at, 'restart') ?? field(at, 'deploy', 'restart_policy')
  if (!isSaid && !draft.job) scope.say(at, 'starts-again')
  settleJob(draft)
}

/** What stands under `environment` goes before what files say. */
function filesFirst(at: Tree): Tree {
  const files = field(at, 'env_file')
  if (at.kind !== 'map' || !files) return at
  return { ...at, fields: new Map([['env_file', files], ...at.fields]) }
}

const RULES: Rules<Service> = new Map<string, ServiceRule>([
  ['image', takeImage],
  ['entrypoint', (at, service) => takeWords(at, 'command', service)],
  ['command', (at, service) => takeWords(at, 'args', service)],
  ['environment', takeEnvironment],
  ['ports', all(takePort)],
  ['expose', all((at, { part, scope }) => takeExposed(at, part, scope))],
  ['volumes', all(takeMount)],
  ['healthcheck', (at, { part, scope }) => takeHealthcheck(at, part, scope)],
  ['labels', takeLabels],
  ['restart', takeRestart],
  ['stop_grace_period', takeGrace],
  ['scale', takeReplicas],
  ['deploy', takeDeploy],
  ['mem_limit', bytes('limits')],
  ['mem_reservation', bytes('requests')],
  ['cpus', cores('limits')],
  ['build', (at, { scope, hasImage }) => scope.say(at, hasImage ? 'no-builds' : 'needs-image')],
  ['depends_on', takeDependencies],
  ['links', all(takeLink)],
  ['extends', say('another-service')],
  ...RISKS,
  ...sayOf('no-names', 'external_links'),
  ...sayOf('always-so', 'detach', 'rm', 'sig_proxy', 'quiet'),
  ['cap_drop', all(dropCapability)],
  ['init', (at, { scope }) => scope.say(at, isTrue(at) ? 'no-init' : 'always-so')],
  ['env_file', takeEnvFiles],
  ['secrets', takeSecrets],
  ...sayOf('other-file', 'label_file'),
  ['networks', takeNetworks],
  ...sayOf('no-networks', 'mac_address', 'network_alias', 'ip', 'ip6'),
  ...sayOf('no-networks', 'dns', 'dns_opt', 'dns_search', 'extra_hosts'),
  ['publish_all', takePublishAll],
  ...sayOf('no-hostname', 'hostname', 'domainname', 'container_name'),
  ['configs', takeConfigs],
  ['tmpfs', all(takeScratch)],
  ['read_only', takeReadOnly],
  ...sayOf('shared-memory', 'shm_size'),
  ['user', takeUser],
  ...sayOf('no-groups', 'group_add'),
  ['working_dir', takeWorkingDirectory],
  ...sayOf('no-terminal', 'tty', 'stdin_open', 'attach', 'detach_keys'),
  ...sayOf('no-lifecycle', 'post_start', 'pre_stop'),
  ['stop_signal', takeStopSignal],
  ...sayOf('no-tuning', 'ulimits', 'sysctls', 'logging', 'storage_opt', 'oom_score_adj'),
  ...sayOf('no-tuning', 'pids_limit', 'memswap_limit', 'mem_swappiness', 'oom_kill_disable'),
  ...sayOf('no-tuning', 'blkio_config', 'cpuset', 'cpu_shares', 'cpu_quota', 'cpu_period'),
  ...sayOf('no-tuning', 'cpu_count', 'cpu_percent', 'cpu_rt_runtime', 'cpu_rt_period'),
  ...sayOf('no-tuning', 'runtime', 'isolation', 'platform', 'pull_policy', 'volume_driver'),
  ...sayOf('no-tuning', 'disable_content_trust'),
  // Those of a profile that was not chosen are left out whole.
  ...sayOf('kept', 'profiles'),
  ...sayOf('no-project', 'annotations'),
  ['volumes_from', all(refuseVolumesOf)],
])

/** `/run`, `/tmp:size=64m,mode=1777`. */
function takeScratch(at: Tree, { part, scope }: Service): void {
  const [path = '', options = ''] = (textOf(at) ?? '').split(':')
  const size = /(?:^|,)size=([^,]+)/.exec(options)?.[1]
  const bytes = size === undefined ? undefined : (parseDockerBytes(size) ?? Number.NaN)
  addScratch(part, { at, path, bytes }, scope)
}

function takeReadOnly(at: Tree, { part, scope }: Service): void {
  if (isTrue(at)) part.readOnlyRoot = true
  scope.say(at, 'kept')
}

/** One that cannot be read is refused: as the image has it, it may be root. */
function takeUser(at: Tree, { part, scope }: Service): void {
  const user = takeText(at, scope, {
    fits: isUser,
    wrong: 'Not a user, such as "1000", "1000:1000" or "www-data".',
  })
  if (user !== undefined) part.user = user
}

/** What a service waits for is what it speaks to. */
function takeDependencies(at: Tree, { draft, scope, others }: Service): void {
  const named = at.kind === 'map' ? [...at.fields.keys()] : itemsOf(at).map(textOf)
  let isAllThere = true
  for (const name of named) {
    if (name !== undefined && others.has(name)) use(draft, name, name)
    else isAllThere = false
  }
  const missing = 'Workloads start in no order. Not all that it names is brought along.'
  scope.say(at, 'no-order', isAllThere ? undefined : missing)
}

/** `SERVICE` or `SERVICE:ALIAS`. */
function takeLink(at: Tree, { draft, scope, others }: Service): void {
  const [name = '', alias] = (textOf(at) ?? '').split(':')
  if (others.has(name)) use(draft, name, alias ?? name)
  scope.say(at, others.has(name) ? 'found-by-name' : 'no-names')
}

/** A list as it is; a line of text parted into words. Nothing at all leaves what the image has. */
function takeWords(at: Tree, into: 'command' | 'args', service: Service): void {
  const { part, scope } = service
  const text = textOf(at)
  const words = text === undefined ? itemsOf(at).map((item) => textOf(item)) : plainWords(text)
  if (at.kind === 'map' || !words || words.includes(undefined)) {
    scope.say(at, 'wrong-form')
    return
  }
  const said = words.flatMap((word) => word ?? [])
  if (said.length > 0) part[into] = said
  scope.say(at, 'kept')
  noteWords(at, said, service)
}

function takeEnvironment(at: Tree, service: Service): void {
  if (isEmpty(at)) {
    service.scope.say(at, 'kept')
  } else if (at.kind === 'map') {
    for (const [name, value] of at.fields) {
      // A name alone is handed through from where docker runs.
      if (value.kind === 'scalar' && value.nothing) handThrough(value, name, service)
      else putEnv(value, { name, value: textOf(value) }, service)
    }
  } else {
    for (const item of each(at)) {
      const text = textOf(item) ?? ''
      const equals = text.indexOf('=')
      if (equals < 0) handThrough(item, text, service)
      else putEnv(item, { name: text.slice(0, equals), value: text.slice(equals + 1) }, service)
    }
  }
}

function handThrough(at: Tree, name: string, service: Service): void {
  const value = service.variables.get(name)
  if (value !== undefined) {
    putEnv(at, { name, value }, service)
    return
  }
  const message = 'A variable of where docker runs, which was not given: it is not set.'
  service.scope.say(at, 'variable-missing', message)
}

function putEnv(
  at: Place,
  { name, value }: { name: string; value: string | undefined },
  { part, draft, scope, others, aliases }: Service,
): void {
  if (value === undefined) {
    scope.say(at, 'wrong-form')
    return
  }
  setEnv(part, { at, name, value }, scope)
  noteLeads(at, { name, value }, { draft, others, aliases, scope })
}
