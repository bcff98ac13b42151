/** What containers mount: `data:/var/lib/x`, `./conf:/etc/x:ro`, and the long form. */
import { messageFor } from '../codes.ts'
import { addScratch, labelOf } from '../draft.ts'
import { addMount } from '../mounts.ts'
import type { Scope } from '../report.ts'
import { field, isTrue, type Tree, textOf } from '../tree.ts'
import { parseDockerBytes } from '../units.ts'
import { takeFileMount } from './configs.ts'
import type { Service } from './service-rule.ts'

const ALWAYS_FILLED = 'A new volume has what the image has in that folder, always.'
const CLOCK_FILES = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo']

export function takeMount(at: Tree, service: Service): void {
  const { draft, part, scope } = service
  const mount = at.kind === 'map' ? longForm(at) : shortForm(textOf(at) ?? '')
  if (!mount) {
    scope.say(at, 'wrong-form')
    return
  }
  const { source, target, readOnly } = mount
  if (source === '') {
    sayUnnamed(at, target, scope)
    return
  }
  if (mount.type === 'tmpfs') {
    const size = textOf(field(at, 'tmpfs', 'size') ?? field(at, 'tmpfs-size'))
    const bytes = size === undefined ? undefined : (parseDockerBytes(size) ?? Number.NaN)
    addScratch(part, { at, path: target, bytes }, scope)
  } else if (source === undefined || !isHostPath(source)) {
    const within = textOf(field(at, 'volume', 'subpath') ?? field(at, 'volume-subpath'))
    const common = source === undefined ? undefined : { id: source, called: source }
    addMount(draft, part, {
      ...{ at, source: source ?? target, within, common, path: target, readOnly },
    })
    const nocopy = field(at, 'volume', 'nocopy') ?? field(at, 'volume-nocopy')
    if (nocopy && isTrue(nocopy)) scope.say(nocopy, 'no-tuning', ALWAYS_FILLED)
  } else if (!readOnly || !/^\.\//.test(source) || !takeFileMount(at, mount, service)) {
    sayHostPath(at, source, scope, target)
  }
}

/** `db`, `db:ro`, `container:db`: all that is mounted there, and what its image declares as well. */
export function refuseVolumesOf(at: Tree, { scope }: Service): void {
  const [name] = (textOf(at) ?? '').replace(/^container:/, '').split(':')
  scope.say(at, 'shared-volume', `It would see the files of “${name}”. ${SHARES_NONE}`)
}

const SHARES_NONE =
  'Workloads share no volume: make containers of one workload of the two, or name volumes of its own.'

/** Docker refuses it too: what was to be there is a variable, as a rule, and an empty folder is not it. */
function sayUnnamed(at: Tree, target: string, scope: Scope): void {
  const missing = missingIn(at)
  const why =
    missing.length > 0
      ? `The variable ${missing.join(', ')} was not given (--var, --env-file), so nothing is named to be mounted at ${target}.`
      : `Nothing is named to be mounted at ${target}.`
  const instead = `For a volume of the workload's own write a name, such as "data:${target}".`
  scope.say(at, missing.length > 0 ? 'variable-needed' : 'wrong-form', `${why} ${instead}`)
}

function missingIn(at: Tree): readonly string[] {
  const from = at.kind === 'map' ? (field(at, 'source') ?? field(at, 'src')) : at
  return (from?.kind === 'scalar' && from.missing) || []
}

/** Some are asked for by habit and can be left out; the rest would open a computer to strangers. */
export function sayHostPath(at: Tree, source: string, scope: Scope, target?: string): void {
  const path = source.replace(/\/+$/, '')
  if (/(docker|containerd|podman|crio)[^/\\]*(\.sock)?$/.test(path) && /sock|pipe/.test(path)) {
    scope.say(at, 'container-socket')
  } else if (CLOCK_FILES.some((file) => path === file || path.startsWith(`${file}/`))) {
    scope.say(at, 'no-clock-file')
  } else {
    const name = labelOf(path.split(/[\\/]/).at(-1) ?? '') ?? 'data'
    const instead = `For a volume of the workload's own write "${name}:${target}".`
    scope.say(at, 'host-path', target && `${messageFor('host-path')} ${instead}`)
  }
}

interface Mount {
  type: string
  source?: string
  target: string
  readOnly: boolean
}

function shortForm(text: string): Mount | undefined {
  // A drive's letter is followed by a colon too.
  const match = /^((?:[A-Za-z]:[\\/])?[^:]*):([^:]+)(?::([^:]*))?$/.exec(text)
  if (match?.[1] !== undefined && match[2] !== undefined) {
    const readOnly = (match[3] ?? '')
      .split(',')
      .some((word) => word === 'ro' || word === 'readonly')
    return { type: 'volume', source: match[1], target: match[2], readOnly }
  }
  return text.startsWith('/') ? { type: 'volume', target: text, readOnly: false } : undefined
}

function longForm(at: Tree): Mount | undefined {
  const type = textOf(field(at, 'type')) ?? 'volume'
  const source = textOf(field(at, 'source') ?? field(at, 'src'))
  const readOnly = isTrue(field(at, 'read_only') ?? field(at, 'readonly') ?? field(at, 'ro'))
  const target = textOf(field(at, 'target') ?? field(at, 'dst') ?? field(at, 'destination'))
  if (type === 'bind' || type === 'npipe') {
    // Whatever it is called, it lies on the computer.
    return {
      type,
      source: isHostPath(source ?? '') ? (source ?? '') : `./${source ?? ''}`,
      target: target ?? '',
      readOnly,
    }
  }
  // Nothing at all is a volume without a name; what a variable was to name is not.
  const isNamed = source !== undefined && (source !== '' || missingIn(at).length > 0)
  return target === undefined ? undefined : { type, ...(isNamed && { source }), target, readOnly }
}

function isHostPath(source: string): boolean {
  return /^(\/|\.|~|\\|[A-Za-z]:[\\/])/.test(source) || source.includes('/')
}
