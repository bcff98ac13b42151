/** An owner's votes: kept here before they are anywhere else, and revealed by the node itself. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import {
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  type NetworkId,
  nodeIdOf,
  ownerIdOf,
} from '../../identity/index.ts'
import { createOneRegistry, type OneRegistry } from '../primary/testing/one-registry.ts'
import { type Command, RELEASE } from '../registry/index.ts'
import { createVoting, type Voting } from './index.ts'
import { RETRY_MS_MAX } from './limits.ts'

const CREATED_AT = '2026-11-27T12:00:00.000Z'
const CREATED_MS = Date.parse(CREATED_AT)

let clock: SimClock
let registry: OneRegistry
let founder: KeyPair
/** A computer of the founder's, which is the one voter of the log. */
let computer: KeyPair
let disk: SimDisk
let logger: ReturnType<typeof createMemoryLogger>
let voting: Voting

beforeEach(async () => {
  const random = createSeededRandom(5)
  clock = createSimClock()
  founder = generateKey(random)
  computer = generateKey(random)
  const genesis = { name: 'House', consensus: 'raft', createdAt: CREATED_AT } as const
  const network = foundNetwork(founder, genesis, random)
  registry = createOneRegistry(network, [nodeIdOf(computer.publicKey)])
  registry.nowMs = CREATED_MS
  const certified = { node: computer.publicKey, nowMs: CREATED_MS }
  const certificate = issueNodeCertificate(founder, network.id, certified)
  registry.execute(computer, { kind: 'node.register', body: { certificate, role: 'rhizomorph' } })
  const { version } = RELEASE
  registry.execute(computer, { kind: 'version.support', body: { version } })
  registry.execute(computer, { kind: 'version.activate', body: { version } })
  disk = createSimDisk()
  logger = createMemoryLogger()
  voting = open(network.id)
  reopen = () => open(network.id)
  beforeCommands = () => undefined
  await voting.start()
})
afterEach(() => voting.stop())

let reopen: () => Voting
let beforeCommands = (_command: Command): unknown => undefined

function open(network: NetworkId): Voting {
  const primary = registry.primaryOf(computer)
  return createVoting({
    primary: {
      ...primary,
      execute(command, options) {
        beforeCommands(command)
        return primary.execute(command, options)
      },
    },
    ...{ owner: ownerIdOf(founder.publicKey), network, disk, clock, logger },
    random: createSeededRandom(Math.floor(clock.monotonicMs()) + 7),
  })
}

function make(text = 'Shall we?'): void {
  const body = { text, voteMs: 60_000, revealMs: 30_000 }
  registry.execute(computer, { kind: 'proposal.make', body })
}

/** The log's time goes on, and what follows from that. */
async function pass(ms: number): Promise<void> {
  registry.nowMs += ms
  for (const body of registry.view.motionTimesToTell(
    nodeIdOf(computer.publicKey),
    registry.nowMs,
  )) {
    registry.execute(computer, { kind: 'proposal.time', body })
  }
  clock.advance(ms)
  await settle()
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve()
}

const ended = () => registry.view.motion(1)?.ended
const warnings = () => logger.lines.filter(({ level }) => level === 'warn')

describe('a vote', () => {
  it('is committed to at once, and revealed once the voting has closed', async () => {
    make()
    expect(voting.own(1)).toBe('none')
    expect(await voting.vote(1, 'yes')).toBe('committed')
    expect(registry.view.votes(1).map(([, { choice }]) => choice)).toEqual([undefined])
    await pass(60_000)
    expect(ended()).toMatchObject({ yes: 1, passed: true })
    expect(voting.own(1)).toBe('revealed')
  })

  it('is told to nobody and in no log before', async () => {
    make()
    await voting.vote(1, 'yes')
    expect(JSON.stringify(logger.lines)).not.toMatch(/yes|nonce/)
  })

  it('is revealed by a node that was off when the voting closed', async () => {
    make()
    await voting.vote(1, 'no')
    await voting.stop()
    await pass(70_000)
    expect(ended()).toBeUndefined()
    voting = reopen()
    await voting.start()
    await settle()
    expect(ended()).toMatchObject({ yes: 0, no: 1 })
  })

  it('survives power loss from before it is committed to', async () => {
    make()
    const before: ReturnType<SimDisk['copyOut']>[] = []
    beforeCommands = () => before.push(disk.copyOut())
    await voting.vote(1, 'yes')
    await voting.stop()
    disk.putBack(before[0]!)
    voting = reopen()
    await voting.start()
    await pass(60_000)
    expect(ended()).toMatchObject({ yes: 1 })
  })

  it('is kept while no majority is in reach, and sent when one is', async () => {
    make()
    registry.inForce = false
    expect(await voting.vote(1, 'yes')).toBe('kept')
    await voting.stop()
    voting = reopen()
    await voting.start()
    await settle()
    expect(voting.own(1)).toBe('kept')
    registry.inForce = true
    await pass(RETRY_MS_MAX / 2)
    expect(voting.own(1)).toBe('committed')
    registry.inForce = false
    await pass(60_000)
    expect(voting.own(1)).toBe('committed')
    registry.inForce = true
    await pass(10_000)
    expect(ended()).toMatchObject({ yes: 1 })
    expect(warnings()).toEqual([])
  })

  it('that came too late is said to its owner, once', async () => {
    make()
    registry.inForce = false
    await voting.vote(1, 'yes')
    await pass(60_000)
    registry.inForce = true
    await pass(10_000)
    expect(voting.own(1)).toBe('missed')
    await pass(60_000)
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]?.message).toContain('did not get into the registry')
  })

  it('that could not be revealed in time is said to its owner', async () => {
    make()
    await voting.vote(1, 'yes')
    registry.inForce = false
    await pass(60_000)
    await pass(30_000)
    registry.inForce = true
    await pass(1_000)
    expect(ended()).toMatchObject({ silent: 1, passed: false })
    expect(voting.own(1)).toBe('silent')
    expect(warnings()[0]?.message).toContain('was not revealed in time')
  })

  it('takes the place of the one before it', async () => {
    make()
    await voting.vote(1, 'yes')
    await voting.vote(1, 'no')
    await pass(60_000)
    expect(ended()).toMatchObject({ yes: 0, no: 1 })
  })

  it('from another computer of the owner is left to that one', async () => {
    make()
    await voting.vote(1, 'yes')
    const commitment = new Uint8Array(32)
    registry.execute(founder, { kind: 'proposal.commit', body: { proposal: 1, commitment } })
    expect(voting.own(1)).toBe('elsewhere')
    await pass(60_000)
    expect(voting.own(1)).toBe('elsewhere')
    expect(warnings()[0]?.message).toContain('another computer')
  })

  it('that waits here is not sent once its owner has said something else elsewhere', async () => {
    make()
    registry.inForce = false
    expect(await voting.vote(1, 'yes')).toBe('kept')
    const commitment = new Uint8Array(32).fill(7)
    registry.execute(founder, { kind: 'proposal.commit', body: { proposal: 1, commitment } })
    registry.inForce = true
    await pass(RETRY_MS_MAX / 2)
    expect(registry.view.votes(1).map(([, vote]) => vote.commitment)).toEqual([commitment])
    expect(voting.own(1)).toBe('elsewhere')
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]?.message).toContain('another computer')
  })

  it('that waits here takes the place of one that came through unanswered', async () => {
    make()
    beforeCommands = (command) => {
      registry.execute(computer, command)
      throw new MyceliumError('NO_QUORUM', 'Nobody answers.')
    }
    expect(await voting.vote(1, 'yes')).toBe('committed')
    beforeCommands = () => {
      throw new MyceliumError('NO_QUORUM', 'Nobody answers.')
    }
    expect(await voting.vote(1, 'no')).toBe('kept')
    beforeCommands = () => undefined
    await pass(10_000)
    expect(voting.own(1)).toBe('committed')
    await pass(60_000)
    expect(ended()).toMatchObject({ yes: 0, no: 1 })
  })

  it('that was not sent before the voting closed leaves what was said before it, which is revealed', async () => {
    make()
    expect(await voting.vote(1, 'yes')).toBe('committed')
    registry.inForce = false
    expect(await voting.vote(1, 'no')).toBe('kept')
    expect(await voting.vote(1, 'no')).toBe('kept')
    await voting.stop()
    voting = reopen()
    await voting.start()
    await pass(60_000)
    registry.inForce = true
    await pass(10_000)
    expect(ended()).toMatchObject({ yes: 1, no: 0, silent: 0 })
    expect(voting.own(1)).toBe('revealed')
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]?.message).toMatch(/did not get into.*voted before is revealed/)
  })

  it('that comes as the voting closes is not told as in for what was said before it', async () => {
    make()
    await voting.vote(1, 'yes')
    beforeCommands = (command) => {
      if (command.kind !== 'proposal.commit') return
      registry.nowMs += 60_000
      const told = registry.view.motionTimesToTell(nodeIdOf(computer.publicKey), registry.nowMs)
      for (const body of told) registry.execute(computer, { kind: 'proposal.time', body })
      throw new MyceliumError('NO_QUORUM', 'Nobody answers.')
    }
    expect(await voting.vote(1, 'no')).toBe('missed')
  })

  it('is refused where there is nothing to vote on, and what was said before stands', async () => {
    await expect(voting.vote(1, 'yes')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    make()
    await voting.vote(1, 'yes')
    await pass(60_000)
    await expect(voting.vote(1, 'no')).rejects.toMatchObject({ code: 'OVER' })
    expect(ended()).toMatchObject({ yes: 1 })
  })

  it('stands where the one that was to take its place is refused', async () => {
    make()
    await voting.vote(1, 'yes')
    beforeCommands = () => {
      throw new MyceliumError('LIMIT_REACHED', 'Full.')
    }
    await expect(voting.vote(1, 'no')).rejects.toMatchObject({ code: 'LIMIT_REACHED' })
    beforeCommands = () => undefined
    await pass(60_000)
    expect(ended()).toMatchObject({ yes: 1, no: 0 })
  })

  it('is not sent where it cannot be kept', async () => {
    make()
    disk.setCapacity(0)
    await expect(voting.vote(1, 'yes')).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(registry.view.votes(1)).toEqual([])
    expect(voting.own(1)).toBe('none')
  })
})
