/**
 * What programs send and receive, counted by the kernel: rules that judge nothing. What a user sends goes
 * through the chain `S`, which marks its connections with the user and with the end of them that the user
 * has; what comes in is told by that mark in `N`. On loopback a packet goes out and comes in, so that its
 * direction is asked for in both.
 */
import { type Chains, leadsTo } from './rules.ts'

export interface UserTraffic {
  sentBytes: number
  receivedBytes: number
}

interface End {
  /** The upper half of the mark; the lower one is the user. */
  mark: number
  sends: 'REPLY' | 'ORIGINAL'
  receives: 'REPLY' | 'ORIGINAL'
}

/** Whoever was connected to answers; who connects begins. */
const ENDS: readonly End[] = [
  { mark: 0x4d53_0000, sends: 'REPLY', receives: 'ORIGINAL' },
  { mark: 0x4d43_0000, sends: 'ORIGINAL', receives: 'REPLY' },
]
const EITHER_END = '0x4d430000/0xffef0000'
const USER_BITS = 0xffff

/**
 * What brings the counting in line with who runs, from what the firewall says there is (`-S`). What is
 * counted already goes on being counted.
 */
export function countingLines(
  chains: Pick<Chains, 'sent' | 'received'>,
  of: { users: ReadonlySet<number>; range: { first: number; last: number } },
  said: readonly string[],
): string[] {
  const { sent, received } = chains
  const { users, range } = of
  const ways = [
    { from: 'OUTPUT', match: `-m owner --uid-owner ${range.first}-${range.last}`, chain: sent },
    // What others receive is not looked at further.
    { from: 'INPUT', match: `-m connmark --mark ${EITHER_END}`, chain: received },
  ]
  const within = (chain: string): string[] => said.filter((rule) => rule.startsWith(`-A ${chain} `))
  const gone = [...within(sent), ...within(received)].filter((rule) => {
    const user = userOf(rule)
    return user === undefined || !users.has(user)
  })
  const counted = new Set(within(received).map(userOf))
  const fresh = [...users].filter((user) => !counted.has(user))
  return [
    ...[sent, received]
      .filter((chain) => !said.includes(`-N ${chain}`))
      .map((chain) => `:${chain} - [0:0]`),
    ...gone.map((rule) => `-D ${rule.slice('-A '.length)}`),
    ...fresh.flatMap((user) => ENDS.flatMap((end) => rulesOf(user, end, chains))),
    ...ways.flatMap(({ from, match, chain }) => {
      const there = within(from).filter((rule) => leadsTo(rule, chain))
      // Every packet would go by it for nobody.
      if (users.size === 0) return there.map((rule) => `-D ${rule.slice('-A '.length)}`)
      return there.length > 0 ? [] : [`-I ${from} 1 ${match} -j ${chain}`]
    }),
  ]
}

function rulesOf(
  user: number,
  { mark, sends, receives }: End,
  chains: Pick<Chains, 'sent' | 'received'>,
) {
  const value = `0x${(mark + user).toString(16)}`
  const by = `-m owner --uid-owner ${user} -m conntrack --ctdir ${sends}`
  return [
    `-A ${chains.sent} ${by} -j CONNMARK --set-xmark ${value}/0xffffffff`,
    `-A ${chains.received} -m connmark --mark ${value} -m conntrack --ctdir ${receives}`,
  ]
}

function userOf(rule: string): number | undefined {
  const [, user, mark] = /--uid-owner (\d+) |--mark (0x[0-9a-f]+) /.exec(rule) ?? []
  if (user !== undefined) return Number(user)
  return mark === undefined ? undefined : Number(mark) & USER_BITS
}

/** By the user, of what the firewall says of both chains with its counters (`-v -S`). */
export function parseTraffic(
  chains: Pick<Chains, 'sent' | 'received'>,
  said: readonly string[],
): Map<number, UserTraffic> {
  const found = new Map<number, UserTraffic>()
  for (const rule of said) {
    const user = userOf(rule)
    const [, bytes] = / -c \d+ (\d+)/.exec(rule) ?? []
    if (user === undefined || bytes === undefined) continue
    const one = found.get(user) ?? { sentBytes: 0, receivedBytes: 0 }
    if (rule.startsWith(`-A ${chains.sent} `)) one.sentBytes += Number(bytes)
    else if (rule.startsWith(`-A ${chains.received} `)) one.receivedBytes += Number(bytes)
    else continue
    found.set(user, one)
  }
  return found
}
