/** Says the rules to the firewall, one set after the other, and looks now and then whether they stand. */
import { type Looking, looking } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { boundsSomething, forgetHome, homelessNodes, NOTES_FOLDER, noteHome } from './abandoned.ts'
import { countingLines, parseTraffic } from './counting.ts'
import type {
  Bound,
  Obstacle,
  Place,
  Shield,
  ShieldDeps,
  ShieldErrorCode,
  ShieldOptions,
  Subject,
  SubjectKind,
} from './index.ts'
import { RULES_LOOK_MS } from './limits.ts'
import { nameServersOf } from './name-servers.ts'
import {
  chainsOf,
  type Home,
  leadsTo,
  leavingRules,
  linkPrefixOf,
  linkRules,
  markOf,
  shutRules,
  tableOf,
  userRules,
} from './rules.ts'

/** Where the kernel comes by, and which of our chains it goes through there. */
interface Jump {
  from: string
  match: string
  chain: string
}

/** The engine's own place for rules of others, before its own; where there is none, the kernel's chain. */
const FORWARDING = ['DOCKER-USER', 'FORWARD'] as const

export function createShield(deps: ShieldDeps, options: ShieldOptions = {}): Shield {
  const { node, firewall, clock, logger } = deps
  const chains = chainsOf(node)
  /** What bounds; what only counts comes beside it, and a computer may lack it. */
  const { sent: _, received: __, ...bounding } = chains
  const all = Object.values(bounding)
  const linkPrefix = linkPrefixOf(node)
  const bounds = new Map<Subject, Bound>()
  /** As it was written last: a computer that is carried elsewhere asks others for names. */
  let home: Home = { opened: options.opened ?? [], nameServers: [] }
  let obstacle: Obstacle | undefined = {
    code: 'NO_FIREWALL',
    message: 'The firewall has not been asked yet.',
  }
  let turn: Promise<unknown> = Promise.resolve()
  /** What the firewall said of our chains when they had been written. */
  let written: string | undefined
  let watch: Looking | undefined
  /** False where the kernel has no marks of connections, say. */
  let counts = false

  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = turn.then(step)
    turn = done.catch(() => {
      // Whoever asked for that step hears of it.
    })
    return done
  }

  async function write(kind: SubjectKind): Promise<void> {
    const links = new Map<string, Bound>()
    const users = new Map<number, Bound>()
    for (const [subject, bound] of bounds) {
      if (subject.startsWith('link:')) links.set(subject.slice('link:'.length), bound)
      else users.set(Number(subject.slice('user:'.length)), bound)
    }
    home = { ...home, nameServers: await nameServersOf() }
    const rules = kind === 'link' ? linkRules(chains, links, home) : userRules(chains, users, home)
    for (const family of firewall.families()) {
      const text = family === 'ipv4' ? rules : shutRules(chains, [...users.keys()])
      await firewall.restore(family, text)
    }
  }

  /** Our chains, and the ways into them, as the firewall tells of them. */
  async function read(): Promise<string> {
    const mark = markOf(node)
    const said: string[] = []
    for (const family of firewall.families()) {
      const rules = await firewall.command(family, ['-S'])
      said.push(...rules.split('\n').filter((line) => line.includes(mark)))
    }
    return said.join('\n')
  }

  /** Nobody who starts something waits for it. */
  function remember(kind: SubjectKind): void {
    inTurn(async () => {
      if (kind === 'user') await count()
      written = await read()
    }).catch((error) => {
      logger.warn('The firewall does not tell its rules', { why: messageOf(error) })
    })
  }

  /** Our chains, and the ways into them, where they are missing: what runs is bounded by what is there. */
  async function enter(): Promise<void> {
    for (const family of firewall.families()) {
      const rules = (await firewall.command(family, ['-S'])).split('\n')
      const lines = [
        ...all
          .filter((chain) => !rules.includes(`-N ${chain}`))
          .map((chain) => `:${chain} - [0:0]`),
        ...ways(rules).flatMap(({ from, match, chain }) => {
          const there = rules.some((rule) => rule.startsWith(`-A ${from} `) && leadsTo(rule, chain))
          return there ? [] : [`-I ${from} 1 ${match} -j ${chain}`]
        }),
      ]
      if (lines.length > 0) await firewall.restore(family, tableOf(lines))
    }
  }

  function ways(rules: readonly string[]): Jump[] {
    const [place, otherwise] = FORWARDING
    const from = rules.includes(`-N ${place}`) ? place : otherwise
    const match = `-i ${linkPrefix}+`
    const found: Jump[] = [
      { from, match, chain: chains.forward },
      { from: 'INPUT', match, chain: chains.input },
    ]
    if (options.users) {
      const { first, last } = options.users
      // What others send is not looked at further.
      const users = `-m owner --uid-owner ${first}-${last}`
      found.push({ from: 'OUTPUT', match: users, chain: chains.output })
    }
    return found
  }

  /** Nothing of this node, or of another one, stays in the firewall. */
  async function leave(whose: string): Promise<void> {
    for (const family of firewall.families()) {
      const rules = (await firewall.command(family, ['-S'])).split('\n')
      const lines = leavingRules(whose, rules)
      if (lines.length > 0) await firewall.restore(family, tableOf(lines))
    }
  }

  /**
   * What goes on without this node stays bounded without it, also what it was never told of: a container of a
   * network that was left, say, that its engine does not end.
   */
  async function goesOn(): Promise<boolean> {
    const rules = (await firewall.command('ipv4', ['-S'])).split('\n')
    return boundsSomething(node, rules)
  }

  /** What nodes left here that were killed, and whose home was deleted since. */
  async function clear({ notes = NOTES_FOLDER }: Place): Promise<void> {
    for (const gone of await homelessNodes(notes)) {
      const rules = (await firewall.command('ipv4', ['-S'])).split('\n')
      if (await boundsSomething(gone, rules)) continue
      await leave(gone)
      await forgetHome(notes, gone)
      logger.info('The firewall has no more rules of a node that is gone', { node: gone })
    }
  }

  async function writeAll(): Promise<void> {
    await enter()
    await write('link')
    await write('user')
    await count()
  }

  /** Other programs rewrite a whole firewall at times. */
  async function look(): Promise<undefined> {
    await inTurn(async () => {
      if (bounds.size === 0) return
      const moved = String(await nameServersOf()) !== String(home.nameServers)
      if (!moved && (await read()) === written) return
      await writeAll()
      written = await read()
      if (!moved) logger.warn('The rules of the firewall were gone or changed, and are there again')
    })
  }

  async function change(kind: SubjectKind, step: () => void): Promise<void> {
    await inTurn(async () => {
      if (obstacle) return
      step()
      await write(kind).catch((cause) => {
        const message = `The firewall of this computer takes no rules: ${messageOf(cause)}`
        throw new MyceliumError<ShieldErrorCode>('SHIELD_FAILED', message, { cause })
      })
      remember(kind)
    })
  }

  /** Has what programs send and receive counted: of those that run, and of no others. */
  async function count(): Promise<void> {
    const { users: range } = options
    if (!range) return
    const users = new Set<number>()
    for (const subject of bounds.keys()) {
      if (kindOf(subject) === 'user') users.add(Number(subject.slice('user:'.length)))
    }
    try {
      const rules = (await firewall.command('ipv4', ['-S'])).split('\n')
      const lines = countingLines(chains, { users, range }, rules)
      if (lines.length > 0) await firewall.restore('ipv4', tableOf(lines))
      counts = true
    } catch (error) {
      // They are bounded all the same.
      counts = false
      logger.warn('What programs send and receive is not counted', { why: messageOf(error) })
    }
  }

  return {
    linkPrefix,
    obstacle: () => obstacle,

    start: () =>
      inTurn(async () => {
        if (watch) return
        obstacle = obstacleHere(firewall.families().length > 0) ?? (await firewall.open())
        if (obstacle) return
        const { place } = options
        try {
          // First: one that is killed in between leaves a note too many, and no chains that nobody takes along.
          if (place) await noteHome(place.notes ?? NOTES_FOLDER, node, place.home)
          await enter()
        } catch (error) {
          obstacle = {
            code: 'NO_FIREWALL',
            message: `The firewall of this computer takes no rules: ${messageOf(error)}`,
          }
          return
        }
        if (place) {
          await clear(place).catch((error) => {
            logger.warn('Rules of nodes that are gone stay', { why: messageOf(error) })
          })
        }
        watch = looking(clock, { gapMs: RULES_LOOK_MS, seldomMs: RULES_LOOK_MS }, look, (error) => {
          logger.error('The rules of the firewall could not be written', { why: messageOf(error) })
        })
      }),

    async stop() {
      await watch?.stop()
      watch = undefined
      await inTurn(async () => {
        if (!obstacle && bounds.size === 0) {
          try {
            if (await goesOn()) return
            await leave(node)
            // Not before they are gone: by the note another node finds those that stay.
            const { place } = options
            if (place) await forgetHome(place.notes ?? NOTES_FOLDER, node)
          } catch (error) {
            logger.warn('Chains of ours stay in the firewall', { why: messageOf(error) })
          }
        }
      }).finally(() => firewall.close())
    },

    bind: (subject, bound) => change(kindOf(subject), () => bounds.set(subject, bound)),

    bindOnly: (kind, found) =>
      change(kind, () => {
        for (const subject of bounds.keys()) if (kindOf(subject) === kind) bounds.delete(subject)
        for (const [subject, bound] of found) bounds.set(subject, bound)
      }),

    async release(subject) {
      await change(kindOf(subject), () => bounds.delete(subject))
      // Nothing of it stays that the next one with its number would be told.
      await turn
    },

    async traffic() {
      if (!counts || obstacle) return new Map()
      const said: string[] = []
      try {
        for (const chain of [chains.sent, chains.received]) {
          said.push(...(await firewall.command('ipv4', ['-v', '-S', chain])).split('\n'))
        }
      } catch (error) {
        // Another program flushed them, or holds the lock: the next who asks may be told.
        logger.debug('The firewall does not tell what it counted', { why: messageOf(error) })
        return new Map()
      }
      return parseTraffic(chains, said)
    },
  }
}

function kindOf(subject: Subject): SubjectKind {
  return subject.startsWith('link:') ? 'link' : 'user'
}

function obstacleHere(hasFirewall: boolean): Obstacle | undefined {
  if (process.platform !== 'linux') {
    const message = 'Connections of instances are bounded on Linux alone.'
    return { code: 'NOT_LINUX', message }
  }
  if (!hasFirewall) {
    const message = 'Connections of instances are not bounded: this computer has no iptables.'
    return { code: 'NO_FIREWALL', message }
  }
  return undefined
}
