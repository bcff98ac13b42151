import { beforeEach, describe, expect, test } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import type { Member } from '../../network/membership/index.ts'
import { desiredOfState } from '../desired/testing/no-primary.ts'
import {
  awayMark,
  givenUpSetting,
  type Instance,
  instanceKey,
  parseWorkload,
  storedForm,
  volumeIdOf,
  volumeKey,
  workloadKey,
} from '../spec/index.ts'
import { createWorkView, type WorkView } from './index.ts'

const NODE = parseNodeId('1'.repeat(64))!
const OWNER = 'f'.repeat(64) as StateRecord['owner']
const WEB = parseWorkload({ name: 'web', containers: [{ image: 'a' }] })
const INSTANCE: Instance = {
  id: 'web-0-a',
  workload: 'web',
  index: 0,
  generation: 1,
  node: NODE,
  status: 'Running',
  health: 'healthy',
  ports: { 80: 40_000 },
  restarts: 0,
}

let records: Map<string, StateRecord>
let logger: ReturnType<typeof createMemoryLogger>
let view: WorkView
let members: Member[]
let settings: Map<string, unknown>

function put(key: string, value: Plain | undefined, incarnation = 1): void {
  const rest = { author: NODE, owner: OWNER, incarnation, counter: records.size, generation: 3 }
  records.set(key, { key, value, ...rest })
}

beforeEach(() => {
  records = new Map()
  members = []
  settings = new Map()
  logger = createMemoryLogger()
  const state = {
    get: (key: string) => records.get(key),
    list: (prefix: string) =>
      [...records.values()].filter(
        ({ key, value }) => key.startsWith(prefix) && value !== undefined,
      ),
    put: async () => Promise.reject(new Error('Read only.')),
    delete: async () => {},
    subscribe: () => () => {},
    synced: true,
  }
  view = createWorkView({
    state,
    desired: desiredOfState({ state, logger }),
    membership: { list: () => members, subscribe: () => () => {} },
    logger,
    isAdmin: () => false,
    setting: (name) => settings.get(name),
  })
})

test('an instance of a kind that only a newer version knows is still seen', () => {
  const key = instanceKey(NODE, 'web-0-a')
  put(key, { ...(storedForm(INSTANCE) as object), kind: 'vm' } as Plain)
  expect(view.instances()).toEqual([INSTANCE])
  put(key, storedForm({ ...INSTANCE, kind: 'process' }))
  expect(view.instances()).toEqual([{ ...INSTANCE, kind: 'process' }])
})

describe('what is wanted', () => {
  test('is read with the owner and the generation of its record', () => {
    put(workloadKey('web'), storedForm(WEB))
    expect(view.wanted()).toEqual([{ workload: WEB, owner: OWNER, generation: 3 }])
    expect(view.desired('web')?.generation).toBe(3)
  })

  test('is told apart from what was ended, what cannot be read, and what nobody knows', () => {
    put(workloadKey('ended'), undefined)
    put(workloadKey('newer'), { kind: 'vm' })
    expect(view.recordOf('ended')).toBe('ended')
    expect(view.recordOf('newer')).toBe('unreadable')
    expect(view.recordOf('ghost')).toBe('none')
    expect(view.wanted()).toEqual([])
    expect(view.desired('ended')).toBeUndefined()
  })

  test('under another name than its own is ignored', () => {
    put(workloadKey('other'), storedForm(WEB))
    expect(view.wanted()).toEqual([])
  })
})

describe('an instance', () => {
  test('belongs to the node that wrote it, whatever the value says', () => {
    const forged = storedForm({ ...INSTANCE, node: parseNodeId('2'.repeat(64))!, id: 'x-0-b' })
    put(instanceKey(NODE, 'web-0-a'), forged)
    expect(view.instances()).toEqual([INSTANCE])
  })

  test('that cannot be read is ignored, and said once', () => {
    put(instanceKey(NODE, 'web-0-a'), { status: 'Levitating' })
    for (let time = 0; time < 3; time++) expect(view.instances()).toEqual([])
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  test('from before its node’s last start counts as neither running nor healthy', () => {
    put(instanceKey(NODE, 'web-0-a'), storedForm(INSTANCE), 1)
    put(`node/${NODE}/alive`, { beat: 0 }, 1)
    expect(view.instances()).toEqual([INSTANCE])
    put(`node/${NODE}/alive`, { beat: 0 }, 2)
    expect(view.instances()).toMatchObject([
      { id: 'web-0-a', status: 'Pending', health: 'unknown', reason: { code: 'NOT_CONFIRMED' } },
    ])
    put(instanceKey(NODE, 'web-0-a'), storedForm(INSTANCE), 2)
    expect(view.instances()).toEqual([INSTANCE])
  })
})

describe('a node', () => {
  const profile = {
    name: 'attic',
    role: 'rhizomorph' as const,
    version: '1',
    addresses: [],
    labels: {},
    kinds: ['container'],
    capacity: { cpuMillis: 1, memoryBytes: 1, diskBytes: 1 },
  }
  const member = (role: Member['profile']['role']): Member => ({
    id: NODE,
    owner: OWNER,
    ownerName: 'ada',
    profile: { ...profile, role },
    liveness: 'alive',
    cordoned: false,
    draining: false,
    sinceMs: 0,
  })

  test('that is a Hypha gives nothing: work moves away from it', () => {
    members = [member('rhizomorph')]
    expect(view.placementInput().nodes).toMatchObject([{ draining: false }])
    members = [member('hypha')]
    expect(view.placementInput().nodes).toMatchObject([{ draining: true }])
  })
})

describe('data that is kept', () => {
  const SHELF = { name: 'db', volumes: [{ name: 'data' }] }
  const containers = [{ image: 'db', mounts: [{ volume: 'data', path: '/data' }] }]
  const name = { owner: OWNER, workload: 'db', index: 0, volume: 'data' }
  const [id, slot] = [volumeIdOf(name), 'db/0']
  const createdAt = '2026-11-20T00:00:00.000Z'
  const other = parseNodeId('2'.repeat(64))!

  const is = (liveness: Member['liveness'], beat: number): void => {
    put(`node/${NODE}/alive`, { beat })
    const profile = { labels: {}, kinds: [], capacity: {}, addresses: [] }
    members = [{ id: NODE, owner: OWNER, liveness, profile } as unknown as Member]
  }
  const holders = () => [...(view.placementInput().dataOf ?? [])]
  const wanted = () => put(workloadKey('db'), storedForm(parseWorkload({ ...SHELF, containers })))
  const keeps = (node: typeof NODE, more: { deletedAt?: string; owner?: string } = {}) =>
    put(volumeKey(node, id), { ...name, sizeBytes: 1, createdAt, ...more })
  const deletedAt = '2026-11-21T00:00:00.000Z'

  test('though it was deleted has its slot come back to it, so that it is had back with its workload', () => {
    wanted()
    keeps(NODE, { deletedAt })
    expect(holders()).toEqual([[slot, [NODE]]])
    keeps(NODE, { deletedAt, owner: 'e'.repeat(64) })
    expect(holders()).toEqual([])
  })

  test('comes before what somebody deleted elsewhere', () => {
    wanted()
    keeps(NODE, { deletedAt })
    keeps(other)
    expect(holders()).toEqual([[slot, [other]]])
    keeps(other, { deletedAt })
    expect(holders()).toEqual([[slot, [NODE, other]]])
  })

  test('and was given up by an admin is waited for no longer while its node is away, and again for good once that was back', () => {
    wanted()
    keeps(NODE)
    is('left', 1)
    expect(holders()).toEqual([[slot, [NODE]]])
    settings.set(givenUpSetting({ node: NODE, id }), awayMark(records.get(`node/${NODE}/alive`)))
    expect(holders()).toEqual([])
    is('alive', 1)
    expect(holders()).toEqual([[slot, [NODE]]])
    is('dead', 2)
    expect(holders()).toEqual([[slot, [NODE]]])
  })
})
