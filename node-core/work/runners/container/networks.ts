/**
 * The engine's networks that containers of this node are in: one for each owner and each egress rule, its
 * link bounded by the shield before any container is in it (docs/adr/0035). Containers in one network do not
 * reach each other either.
 */
import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import { formatRange, holds, type Ipv4Range, parseRange } from '../../addresses/index.ts'
import type { Bound, Shield, Subject } from '../../shield/index.ts'
import { type Egress, parseStoredEgress } from '../../spec/index.ts'
import type { Engine } from './engine.ts'
import type { NetworkRequest } from './engine-networks.ts'
import { ownerFilter, ownerLabels, type Whose } from './labels.ts'
import {
  NETWORK_ADDRESSES,
  NETWORK_PREFIX_BITS,
  NETWORKS_KEPT_MAX,
  SUBNET_ATTEMPTS_MAX,
} from './limits.ts'

export interface Networks {
  /** The engine has come: what is there of ours is bounded again, and what nobody is in goes. */
  arrive(): Promise<void>
  /** Why containers here are not bounded in what they connect to. */
  obstacle(): string | undefined
  /** The network for such containers, made if it is missing; undefined where there is no shield. */
  of(owner: OwnerId | undefined, egress: Egress | undefined): Promise<string | undefined>
  /** Somebody removed one: all are looked for again. */
  forget(): void
  /** What nobody is in goes. */
  tidy(): Promise<void>
}

export interface NetworksDeps {
  engine: Pick<Engine, 'networks' | 'createNetwork' | 'removeIdleNetworks'>
  shield: Shield
  whose: Whose
  /** Of this node. */
  owner: OwnerId
  logger: Logger
}

const OWNER = 'org.mycelium.owner'
const EGRESS = 'org.mycelium.egress'
const NOTHING = 'none'

/** One that is there, and whom it is for: what its labels say. */
interface Made {
  name: string
  owner: string | undefined
  egress: string | undefined
}
/** By link. */
type Links = Map<string, Made>

export function createNetworks(deps: NetworksDeps): Networks {
  const { engine, shield, whose, owner: self, logger } = deps
  let known: Links | undefined
  let elsewhere: string | undefined
  let turn: Promise<unknown> = Promise.resolve()

  function inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = turn.then(step)
    turn = done.catch(() => {
      // Whoever asked for that step hears of it.
    })
    return done
  }

  const obstacle = (): string | undefined => shield.obstacle()?.message ?? elsewhere

  /** What is there, each bounded by what its labels say, and nothing else. */
  async function look(): Promise<Links> {
    const found: Links = new Map()
    const bounds = new Map<Subject, Bound>()
    for (const { name, link, labels } of await engine.networks(ownerFilter(whose))) {
      if (link === undefined) continue
      const egress = parseStoredEgress(readJson(labels[EGRESS]))
      bounds.set(`link:${link}`, { own: labels[OWNER] === self, ...(egress && { egress }) })
      found.set(link, { name, owner: labels[OWNER], egress: labels[EGRESS] })
    }
    await shield.bindOnly('link', bounds)
    return found
  }

  /** What nobody is in goes, and the rest is looked at anew. */
  async function dropIdle(): Promise<Links> {
    await engine.removeIdleNetworks(ownerFilter(whose))
    return look()
  }

  async function make(owner: string, egress: Egress | undefined): Promise<string> {
    const said = egress ? JSON.stringify(egress) : NOTHING
    known ??= await look()
    let links = known
    // Told by what it is for, never by its link: that is too short a hash to tell anybody apart.
    const there = [...links.values()].find((one) => one.owner === owner && one.egress === said)
    if (there) return there.name
    // Each is of a rule that somebody may have had for a day; addresses for them are few.
    if (links.size >= NETWORKS_KEPT_MAX) {
      links = await dropIdle()
      known = links
    }
    const mark = freeMark(`${whose.network}/${owner}/${said}`, (one) => !links.has(linkOf(one)))
    const link = linkOf(mark)
    const name = `mycelium-${whose.node.slice(0, 8)}-${mark}`
    // Before it is there: a link of ours that nobody speaks of lets nothing through.
    await shield.bind(`link:${link}`, { own: owner === self, ...(egress && { egress }) })
    const labels = { ...ownerLabels(whose), [OWNER]: owner, [EGRESS]: said }
    await createWithRoom({ name, link, labels })
    if (!existsSync(`/sys/class/net/${link}`)) throw engineElsewhere()
    links.set(link, { name, owner, egress: said })
    return name
  }

  const linkOf = (mark: string): string => `${shield.linkPrefix}${mark}`

  /** Somebody else may take the same addresses at the same moment. */
  async function createWithRoom(request: Omit<NetworkRequest, 'subnet'>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const subnet = await freeSubnet(`${whose.node}/${request.link}/${attempt}`)
      try {
        return await engine.createNetwork({ ...request, subnet })
      } catch (error) {
        if (!isCode(error, 'ADDRESSES_TAKEN') || attempt === SUBNET_ATTEMPTS_MAX) throw error
      }
    }
  }

  return {
    obstacle,

    arrive: () =>
      inTurn(async () => {
        known = undefined
        elsewhere = undefined
        // Its firewall may be reached through this very engine.
        await shield.start()
        if (shield.obstacle()) return
        try {
          known = await dropIdle()
          // The one that is needed first, so that no deploy waits for it; and it shows where the engine is.
          await make(self, undefined)
        } catch (error) {
          // One that does not answer, or takes no rule now, may do so later: nothing runs without them.
          if (!isCode(error, 'NOT_SUPPORTED') && !isCode(error, 'START_FAILED')) throw error
          elsewhere = `Connections of containers are not bounded here: ${messageOf(error)}`
          logger.warn('Containers have no shield here', { why: messageOf(error) })
        }
      }),

    of: (owner, egress) =>
      inTurn(async () => (obstacle() === undefined ? make(owner ?? '', egress) : undefined)),

    forget() {
      known = undefined
    },

    tidy: () =>
      inTurn(async () => {
        if (obstacle() !== undefined) return
        known = await dropIdle()
      }),
  }
}

/** Of 32 bits, which is what a device's name has room for: whoever looks finds two texts with the same. */
function freeMark(text: string, isFree: (mark: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const mark = hash('sha256', attempt === 0 ? text : `${text}/${attempt}`, 'hex').slice(0, 8)
    if (isFree(mark)) return mark
  }
}

function engineElsewhere(): MyceliumError<'NOT_SUPPORTED'> {
  const message = 'The engine’s networks are not this computer’s: it runs in a system of its own.'
  return new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'ENGINE_ELSEWHERE' } })
}

function readJson(text: string | undefined): unknown {
  if (text === undefined || text === NOTHING) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Addresses for one network, where this computer has none: set aside for measuring devices (RFC 2544), so that
 * neither a home network nor the Internet uses them. Whose it is says where the search begins: nodes of
 * one computer that look at one moment would otherwise find the same.
 */
async function freeSubnet(whose: string): Promise<string> {
  const all = parseRange(NETWORK_ADDRESSES)
  const routes = await readFile('/proc/net/route', 'utf8').then(routedIn, () => [])
  const sizeOf = (bits: number): number => 2 ** (32 - bits)
  const count = all ? sizeOf(all.prefixBits) / sizeOf(NETWORK_PREFIX_BITS) : 0
  const begin = Number.parseInt(hash('sha256', whose, 'hex').slice(0, 8), 16)
  for (let tried = 0; all && tried < count; tried++) {
    const nth = (begin + tried) % count
    const first = all.first + nth * sizeOf(NETWORK_PREFIX_BITS)
    const range = { first, prefixBits: NETWORK_PREFIX_BITS }
    if (!routes.some((one) => holds(one, range) || holds(range, one))) return formatRange(range)
  }
  throw new MyceliumError('START_FAILED', `All of ${NETWORK_ADDRESSES} is in use.`)
}

/** Of `/proc/net/route`: destination and mask are the second and the eighth word, as the machine has them. */
function routedIn(table: string): Ipv4Range[] {
  return table.split('\n').flatMap((line): Ipv4Range[] => {
    const words = line.split(/\s+/)
    const [first, mask] = [swapped(words[1]), swapped(words[7])]
    // The default route is everywhere.
    if (first === undefined || mask === undefined || mask === 0) return []
    return [{ first, prefixBits: mask.toString(2).replaceAll('0', '').length }]
  })
}

function swapped(hex: string | undefined): number | undefined {
  if (hex === undefined || !/^[0-9A-F]{8}$/i.test(hex)) return undefined
  return Buffer.from(hex, 'hex').readUInt32LE()
}
