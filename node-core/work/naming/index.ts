/**
 * What the names in an instance lead to: workloads that its manifest names under `uses`, of its own owner, at
 * every TCP port that they declare, that their image does, or that their copies tell of (docs/adr/0034); and
 * hosts outside of the network that it names under `egress`, at the ports named there (docs/adr/0035). Pure.
 */
import { nameMeant, type OwnerOf } from '../../control/registry/index.ts'
import {
  type DesiredWorkload,
  type HostRule,
  type Instance,
  listeningOf,
  listensUntold,
  PORTS_MAX,
  type Use,
  type Workload,
} from '../spec/index.ts'

/** One name of an instance, and what is behind it. Of a host outside, `name` is its own. */
export interface Lead extends Use {
  /** On the instance's own loopback; the same for as long as the manifest is. */
  address: string
  /** TCP, in order. */
  ports: number[]
  /** Out of the network, to that host. */
  outside?: true
  /** Why it leads nowhere. */
  why?: LeadsNowhere
}

export type LeadsNowhere =
  /** Nobody has deployed it, or it was deleted. */
  | 'NOT_DEPLOYED'
  /** Names are not shared between owners. */
  | 'ANOTHER_OWNERS'
  | 'NO_TCP_PORT'

export function leadsOf(self: DesiredWorkload, { desired, ownerOf, told }: Wanted): Lead[] {
  const inside = self.workload.uses.map((use, index): Lead => {
    const name = nameMeant(use.name, self.owner, ownerOf)
    const there = { as: use.as, name, address: addressOf(index) }
    const other = desired(name)
    if (!other) return { ...there, ports: [], why: 'NOT_DEPLOYED' }
    if (other.owner !== self.owner) return { ...there, ports: [], why: 'ANOTHER_OWNERS' }
    const ports = openPorts(other.workload, told(name))
    return ports.length > 0 ? { ...there, ports } : { ...there, ports, why: 'NO_TCP_PORT' }
  })
  return [...inside, ...outsideOf(self.workload)]
}

/** What is wanted, whose names are, and what runs of it. */
export interface Wanted {
  desired(name: string): DesiredWorkload | undefined
  ownerOf: OwnerOf
  /** Ports of the copies on nodes that were to run it. */
  told(name: string): readonly number[]
}

/**
 * Those that copies say they are reached at. An image that came after the deploy is first read where it
 * is started, so what it exposes is known from there alone.
 */
export function toldPorts(instances: readonly Pick<Instance, 'ports'>[]): number[] {
  return [...new Set(instances.flatMap(({ ports }) => Object.keys(ports).map(Number)))]
}

/** TCP, in order. What is told comes from other computers: no more of it than could be declared. */
function openPorts(workload: Workload, told: readonly number[]): number[] {
  const { tcp = [], udp = [] } = Object.groupBy(listeningOf(workload), (port) => port.protocol)
  const open = new Set(tcp.map(({ containerPort }) => containerPort))
  for (const port of listensUntold(workload) ? told : []) {
    const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535
    const isOther = udp.some(({ containerPort }) => containerPort === port)
    if (isPort && !isOther && open.size < PORTS_MAX) open.add(port)
  }
  return [...open].sort((a, b) => a - b)
}

/** The host names of every instance, and where each is on its own loopback. */
export function hostNamesOf(workload: Names): Pick<Lead, 'as' | 'address'>[] {
  const inside = workload.uses.map(({ as }, index) => ({ as, address: addressOf(index) }))
  return [...inside, ...outsideOf(workload).map(({ as, address }) => ({ as, address }))]
}
type Names = Pick<Workload, 'uses' | 'egress'>

function outsideOf({ egress }: Pick<Names, 'egress'>): Lead[] {
  const hosts = Array.isArray(egress) ? egress.filter((rule) => 'host' in rule) : []
  return hosts.map(({ host, ports }: HostRule, index) => {
    const address = `127.64.1.${index + 1}`
    return { name: host, as: host, address, ports, outside: true }
  })
}

/** Far from 127.0.0.1 and 127.0.1.1, where programs and distributions put their own. */
function addressOf(index: number): string {
  return `127.64.0.${index + 1}`
}

/** For people. */
export function leadText({ as, name, why }: Lead): string | undefined {
  if (why === undefined) return undefined
  const what = as === name ? `“${as}”` : `“${as}” (${name})`
  switch (why) {
    case 'NOT_DEPLOYED':
      return `${what} leads nowhere: nobody has deployed it.`
    case 'ANOTHER_OWNERS':
      return `${what} leads nowhere: it is another owner’s.`
    case 'NO_TCP_PORT':
      return `${what} leads nowhere: neither it nor its image, as far as that is here, says a TCP port. Declare it: mycelium update ${name} -p 0:PORT.`
  }
}

/** What a container would listen at without having declared it, while names lead there: for people, or nothing. */
export function clashText(
  { workload }: DesiredWorkload,
  leads: readonly Lead[],
): string | undefined {
  const own = openPorts(workload, [])
  const found = leads.flatMap(({ as, ports }) => ports.map((port) => ({ as, port })))
  const taken = found.filter(({ port }) => !own.includes(port))
  if (workload.kind !== 'container' || taken.length === 0) return undefined
  const named = taken.slice(0, 3).map(({ as, port }) => `${port} is where “${as}” is found in it`)
  return `If it listens at such a port itself, it finds that taken: ${named.join(', ')}. Declare the port, beside those that it has.`
}
