/**
 * The rules as `iptables-restore` reads them, whole chains at a time: what stood in a chain before goes in
 * the same step. Three chains of this node's own: `F` for what containers send through this computer, `I` for
 * what they send to it, `O` for what programs send; and `R`, where what is refused ends. Two more count.
 */
import {
  formatRange,
  holds,
  type Ipv4Range,
  parseRange,
  SHIELDED_IPV4,
} from '../addresses/index.ts'
import type { AddressRule } from '../spec/index.ts'
import type { Bound } from './index.ts'

export interface Chains {
  forward: string
  input: string
  output: string
  refuse: string
  /** Where programs' bytes are counted (`counting.ts`). */
  sent: string
  received: string
}

/** What the names of a node's chains begin with. */
export function markOf(node: string): string {
  return `MYC-${node.slice(0, 12)}-`
}

export function chainsOf(node: string): Chains {
  const of = (end: string): string => `${markOf(node)}${end}`
  return {
    ...{ forward: of('F'), input: of('I'), output: of('O'), refuse: of('R') },
    ...{ sent: of('S'), received: of('N') },
  }
}

/** What the names of the devices begin with that lead to a node's containers. */
export function linkPrefixOf(node: string): string {
  return `myc${node.slice(0, 4)}`
}

/** Users of whom a node's rules say something, among all rules that the firewall tells. */
export function usersOf(node: string, rules: readonly string[]): ReadonlySet<number> {
  const begin = `-A ${chainsOf(node).output} -m owner --uid-owner `
  const own = rules.filter((rule) => rule.startsWith(begin))
  return new Set(own.map((rule) => Number.parseInt(rule.slice(begin.length), 10)))
}

/** What takes a node's chains away, and all ways into them; nothing where there are none. */
export function leavingRules(node: string, rules: readonly string[]): string[] {
  const there = Object.values(chainsOf(node)).filter((chain) => rules.includes(`-N ${chain}`))
  const into = rules.filter((rule) => {
    const isOurs = there.some((chain) => rule.startsWith(`-A ${chain} `))
    return rule.startsWith('-A ') && !isOurs && there.some((chain) => leadsTo(rule, chain))
  })
  return [
    ...into.map((rule) => `-D ${rule.slice('-A '.length)}`),
    // Emptied first: they lead to each other.
    ...there.map((chain) => `:${chain} - [0:0]`),
    ...there.map((chain) => `-X ${chain}`),
  ]
}

export function leadsTo(rule: string, chain: string): boolean {
  return rule.endsWith(` -j ${chain}`)
}

export interface Home {
  opened: readonly Ipv4Range[]
  /** Whom this computer asks for names; also where that is in its home network. */
  nameServers: readonly string[]
}

/** What was begun by others is answered; all else is looked at when it begins. */
const ANSWERS = '-m conntrack --ctstate ESTABLISHED,RELATED'

/** Chains for containers, IPv4. `links`: by the device's name. */
export function linkRules(chains: Chains, links: ReadonlyMap<string, Bound>, home: Home): string {
  const { forward, input, refuse } = chains
  const matches = [...links].map(([link, bound]) => ({ match: `-i ${link}`, bound }))
  const lines = [
    ...refusing(refuse),
    `:${forward} - [0:0]`,
    `-A ${forward} ${ANSWERS} -j RETURN`,
    ...passing(forward, refuse, matches, home),
    `-A ${forward} -g ${refuse}`,
    `:${input} - [0:0]`,
    `-A ${input} ${ANSWERS} -j RETURN`,
    `-A ${input} -g ${refuse}`,
  ]
  return tableOf(lines)
}

/** The chain for programs, IPv4. `users`: by the user's number. */
export function userRules(chains: Chains, users: ReadonlyMap<number, Bound>, home: Home): string {
  const { output, refuse } = chains
  const each = [...users].map(([user, bound]) => ({ match: `-m owner --uid-owner ${user}`, bound }))
  const lines = [
    ...refusing(refuse),
    `:${output} - [0:0]`,
    // Answers to who connected to a port that is its own: this node, on loopback.
    ...each.flatMap(({ match, bound: { ports = [] } }) =>
      ports.flatMap((port) => [
        `-A ${output} ${match} -o lo -p tcp --sport ${port} ${ANSWERS} --ctdir REPLY -j RETURN`,
        `-A ${output} ${match} -o lo -p udp --sport ${port} ${ANSWERS} --ctdir REPLY -j RETURN`,
        `-A ${output} ${match} -d 127.0.0.1 -p tcp --dport ${port} -j RETURN`,
      ]),
    ),
    ...passing(output, refuse, each, home),
    ...each.map(({ match }) => `-A ${output} ${match} -g ${refuse}`),
  ]
  return tableOf(lines)
}

/** Neither kind has IPv6. */
export function shutRules(chains: Chains, users: readonly number[]): string {
  const { forward, input, output, refuse } = chains
  const lines = [
    ...refusing(refuse),
    ...[forward, input].flatMap((chain) => [`:${chain} - [0:0]`, `-A ${chain} -g ${refuse}`]),
    `:${output} - [0:0]`,
    ...users.map((user) => `-A ${output} -m owner --uid-owner ${user} -g ${refuse}`),
  ]
  return tableOf(lines)
}

/** What is opened of the home network comes before the shield, everything else behind it. */
function passing(
  chain: string,
  refuse: string,
  all: readonly { match: string; bound: Bound }[],
  home: Home,
): string[] {
  const pass = ({ match }: { match: string }, rest: string): string =>
    `-A ${chain} ${match} ${rest} -j RETURN`
  const before = all.flatMap((one) => openings(one.bound, home).map((rest) => pass(one, rest)))
  const behind = all.flatMap((one) => {
    const { egress } = one.bound
    if (egress === 'all') return [`-A ${chain} ${one.match} -j RETURN`]
    return rangesOf(egress).map((rule) => pass(one, destination(rule)))
  })
  // This computer by any of its addresses, and whatever is nobody's on the Internet.
  const local = `-m addrtype --dst-type LOCAL`
  const shield = [local, ...SHIELDED_IPV4.map((range) => `-d ${range}`)].flatMap((what) =>
    all.map(({ match }) => `-A ${chain} ${match} ${what} -g ${refuse}`),
  )
  return [...before, ...shield, ...behind]
}

function openings({ egress, own }: Bound, { opened, nameServers }: Home): string[] {
  const names =
    egress === 'all'
      ? nameServers.flatMap((at) => ['udp', 'tcp'].map((by) => `-d ${at} -p ${by} --dport 53`))
      : []
  if (!own) return names
  if (egress === 'all') return [...names, ...opened.map((range) => `-d ${formatRange(range)}`)]
  return rangesOf(egress).flatMap((rule) => {
    const range = parseRange(rule.address)
    const inside = range && opened.some((one) => holds(one, range))
    return inside ? [destination(rule)] : []
  })
}

function rangesOf(egress: Bound['egress']): AddressRule[] {
  if (!Array.isArray(egress)) return []
  return egress.flatMap((rule) => ('address' in rule ? [rule] : []))
}

function destination({ address, ports, protocol }: AddressRule): string {
  return `-d ${address} -p ${protocol} -m multiport --dports ${ports.join(',')}`
}

/** At once, rather than by silence. */
function refusing(refuse: string): string[] {
  return [
    `:${refuse} - [0:0]`,
    `-A ${refuse} -p tcp -j REJECT --reject-with tcp-reset`,
    `-A ${refuse} -j REJECT`,
  ]
}

/** All or nothing of it. */
export function tableOf(lines: readonly string[]): string {
  return ['*filter', ...lines, 'COMMIT', ''].join('\n')
}
