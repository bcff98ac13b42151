/** What containers mount: `data:/var/lib/x`, `./conf:/etc/x:ro`, and the long form. */
import { messageFor } from '../codes.ts'
import type { Scope } from '../report.ts'
import { field, type Tree, textOf } from '../tree.ts'

const CLOCK_FILES = ['/etc/localtime', '/etc/timezone', '/usr/share/zoneinfo']

export function takeMount(at: Tree, scope: Scope): void {
  const mount = at.kind === 'map' ? longForm(at) : shortForm(textOf(at) ?? '')
  if (!mount) {
    scope.say(at, 'wrong-form')
    return
  }
  const { source, target } = mount
  if (mount.type === 'tmpfs') scope.say(at, 'no-scratch')
  else if (source === undefined || !isHostPath(source)) sayVolume(at, target, scope)
  else sayHostPath(at, source, scope)
}

export function sayVolume(at: Tree, target: string, scope: Scope): void {
  scope.say(at, 'no-volumes', `${messageFor('no-volumes')} Here: ${target}.`)
}

/** Some are asked for by habit and can be left out; the rest would open a computer to strangers. */
export function sayHostPath(at: Tree, source: string, scope: Scope): void {
  const path = source.replace(/\/+$/, '')
  if (/(docker|containerd|podman|crio)[^/\\]*(\.sock)?$/.test(path) && /sock|pipe/.test(path)) {
    scope.say(at, 'container-socket')
  } else if (CLOCK_FILES.some((file) => path === file || path.startsWith(`${file}/`))) {
    scope.say(at, 'no-clock-file')
  } else {
    scope.say(at, 'host-path')
  }
}

interface Mount {
  type: string
  source?: string
  target: string
}

function shortForm(text: string): Mount | undefined {
  // A drive's letter is followed by a colon too.
  const match = /^((?:[A-Za-z]:[\\/])?[^:]*):([^:]+)(?::([^:]*))?$/.exec(text)
  if (match?.[1] !== undefined && match[2] !== undefined) {
    return { type: 'volume', source: match[1], target: match[2] }
  }
  return text.startsWith('/') ? { type: 'volume', target: text } : undefined
}

function longForm(at: Tree): Mount | undefined {
  const type = textOf(field(at, 'type')) ?? 'volume'
  const source = textOf(field(at, 'source') ?? field(at, 'src'))
  const target = textOf(field(at, 'target') ?? field(at, 'dst') ?? field(at, 'destination'))
  if (type === 'bind' || type === 'npipe') {
    // Whatever it is called, it lies on the computer.
    return {
      type,
      source: isHostPath(source ?? '') ? (source ?? '') : `./${source ?? ''}`,
      target: target ?? '',
    }
  }
  return target === undefined
    ? undefined
    : { type, ...(source !== undefined && { source }), target }
}

function isHostPath(source: string): boolean {
  return /^(\/|\.|~|\\|[A-Za-z]:[\\/])/.test(source) || source.includes('/')
}
