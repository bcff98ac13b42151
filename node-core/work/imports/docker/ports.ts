/** `8080:80`, `127.0.0.1:222:22/tcp`, `3000-3005:3000-3005`, and the long form. */
import { PORTS_MAX } from '../../spec/index.ts'
import { addPort, type PartDraft, publishPort } from '../draft.ts'
import type { ManifestPort } from '../manifest.ts'
import { notePublished } from '../members-alone.ts'
import type { Scope } from '../report.ts'
import { field, isTrue, type Tree, textOf, wholeNumber } from '../tree.ts'
import type { Service } from './service-rule.ts'

export function takePort(at: Tree, { draft, part, scope }: Service): void {
  const ports = at.kind === 'map' ? longForm(at) : shortForm(textOf(at) ?? '')
  if (!ports) {
    scope.say(at, 'wrong-form', `Not a port, such as 8080:80, or more than ${PORTS_MAX} of them.`)
    return
  }
  const address = addressOf(at)
  const open = ports.filter(({ protocol }) => notePublished(draft, { protocol, address }))
  for (const { containerPort } of open) publishPort(part, containerPort)
  const stands = ports.map((port) => addPort(part, port))
  if (stands.includes(false)) scope.say(at, 'port-left-out')
  else
    scope.say(
      at,
      ports.some(({ hostPort }) => hostPort !== undefined) ? 'port-on-loopback' : 'kept',
    )
}

/** Those that its image says it listens on, at any free ports of the computer. */
export function takePublishAll(at: Tree, { draft, scope }: Service): void {
  if (isTrue(at)) notePublished(draft, {})
  scope.say(at, 'no-networks')
}

/** Ports that other containers may reach, and no other machine. */
export function takeExposed(at: Tree, part: PartDraft, scope: Scope): void {
  const ports = shortForm(textOf(at) ?? '')
  if (!ports || ports.some(({ hostPort }) => hostPort !== undefined)) {
    scope.say(at, 'wrong-form')
    return
  }
  for (const port of ports) addPort(part, port)
  scope.say(at, 'kept')
}

/** Where on its computer it is published; undefined for all addresses. */
function addressOf(at: Tree): string | undefined {
  if (at.kind === 'map') return textOf(field(at, 'host_ip'))
  return /^(.{1,64}):[\d-]*:[^:]*$/.exec(textOf(at) ?? '')?.[1]
}

function shortForm(text: string): ManifestPort[] | undefined {
  const match = /^(?:(.{0,64}):)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/i.exec(text)
  if (match === null) return undefined
  const [, host, first, last] = match
  const containerPorts = range(first, last)
  // What stands before the last colon is an address; every node takes its own loopback.
  const published = host?.slice(host.lastIndexOf(':') + 1)
  const hostPorts = hostRange(published)
  if (!containerPorts || !hostPorts) return undefined
  if (hostPorts.length > 0 && hostPorts.length !== containerPorts.length) return undefined
  const protocol = match[4]?.toLowerCase() === 'udp' ? 'udp' : 'tcp'
  return containerPorts.map((containerPort, index) => {
    const hostPort = hostPorts[index]
    return { containerPort, ...(hostPort !== undefined && { hostPort }), protocol }
  })
}

/** Empty where any free port will do: nothing, 0, or a choice for one. */
function hostRange(published: string | undefined): number[] | undefined {
  if (published === undefined || published === '' || published === '0') return []
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(published)
  return match === null ? undefined : range(match[1], match[2])
}

function range(first: string | undefined, last = first): number[] | undefined {
  const [from, to] = [Number(first), Number(last)]
  if (!(from >= 1 && to >= from && to <= 65_535 && to - from < PORTS_MAX)) return undefined
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

function longForm(at: Tree): ManifestPort[] | undefined {
  const containerPort = wholeNumber(field(at, 'target'))
  const published = textOf(field(at, 'published')) ?? ''
  const hostPorts = hostRange(published)
  if (containerPort === undefined || !hostPorts || hostPorts.length > 1) return undefined
  const protocol = textOf(field(at, 'protocol')) === 'udp' ? 'udp' : 'tcp'
  const [hostPort] = hostPorts
  return [{ containerPort, ...(hostPort !== undefined && { hostPort }), protocol }]
}
