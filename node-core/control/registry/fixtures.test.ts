/**
 * The bytes of every kind of command, of an entry and of a snapshot, pinned: logs that exist must be
 * read by every release to come. What changes is a new kind, or a new version of the form.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createInvite, generateKey, nodeIdOf, proveInvite } from '../../identity/index.ts'
import {
  type Command,
  createRegistry,
  encodeEntry,
  isVerified,
  openBatch,
  RELEASE,
} from './index.ts'
import { bytes, codeOf, createWorld, START_MS } from './registry.fixture.ts'
import pinned from './testdata/commands.json' with { type: 'json' }

const base64 = (one: Uint8Array): string => Buffer.from(one).toString('base64')

/** One batch for each kind, in an order in which each of them passes. */
function makeCommands() {
  const world = createWorld({ seed: 2026 })
  const { founder, network, random, person, certificate, registry, seal, commit, elect } = world
  const nodeKey = generateKey(random)
  const node = nodeIdOf(nodeKey.publicKey)
  const [ann, bob] = [person(), person()]
  const { invite } = createInvite(
    founder.key,
    network,
    {
      ...{ addresses: ['/ip4/192.168.1.2/tcp/4000'], issuerName: 'Ada', issuerMembership: [] },
      ...{ permissions: ['use'], role: 'rhizomorph', uses: 1 },
      expiresAt: '2026-11-21T12:00:00.000Z',
    },
    random,
  )
  const proof = proveInvite(invite, bob.key.publicKey)
  const wraps: [typeof node, Uint8Array][] = [[node, bytes('wrapped')]]
  const steps: [by: { key: typeof nodeKey }, command: Command][] = [
    [
      { key: nodeKey },
      {
        kind: 'node.register',
        body: { certificate: certificate(founder, nodeKey), role: 'hypha' },
      },
    ],
    [founder, { kind: 'node.role', body: { node, role: 'sclerotia' } }],
    [
      founder,
      {
        kind: 'member.admit',
        body: { owner: ann.key.publicKey, name: 'Ann', permissions: ['invite', 'use'] },
      },
    ],
    [bob, { kind: 'member.join', body: { invite: invite.signed, proof, name: 'Bob' } }],
    [founder, { kind: 'member.grant', body: { owner: ann.owner, permissions: ['deploy', 'use'] } }],
    [founder, { kind: 'member.remove', body: { owner: bob.owner } }],
    [ann, { kind: 'workload.apply', body: { name: 'shop', spec: bytes('spec'), expect: 0 } }],
    [
      ann,
      {
        kind: 'workload.assign',
        body: { workload: 'shop', generation: 1, assign: [[0, node]], release: [1] },
      },
    ],
    [
      ann,
      {
        kind: 'secret.put',
        body: { name: 'shop/s', sealed: bytes('sealed'), wraps: [], expect: 0 },
      },
    ],
    [ann, { kind: 'secret.wrap', body: { name: 'shop/s', version: 1, wraps } }],
    [founder, { kind: 'setting.put', body: { name: 'relay', value: { share: 3 } } }],
    [{ key: nodeKey }, { kind: 'lease.grant', body: { lease: 'shop/lease', ttlMs: 10_000 } }],
    [{ key: nodeKey }, { kind: 'lock.acquire', body: { lock: 'shop/lock', lease: 'shop/lease' } }],
    [
      { key: nodeKey },
      {
        kind: 'kv.put',
        body: { key: 'shop/a', value: bytes('1'), lease: 'shop/lease', expect: 0 },
      },
    ],
    [
      ann,
      {
        kind: 'kv.transact',
        body: {
          compare: [
            { target: 'version', key: 'shop/a', is: '=', than: 1 },
            { target: 'value', key: 'shop/a', is: '<', than: bytes('2') },
            { target: 'lock', key: 'shop/lock', lease: 'shop/lease' },
          ],
          success: [
            { op: 'put', key: 'shop/b', value: bytes('2'), lease: 'shop/lease' },
            { op: 'get', key: 'shop/a' },
            { op: 'delete', key: 'shop/c' },
          ],
          failure: [],
        },
      },
    ],
    [{ key: nodeKey }, { kind: 'version.support', body: { version: 1 } }],
    [{ key: nodeKey }, { kind: 'tick', body: {} }],
    [{ key: nodeKey }, { kind: 'lease.keep', body: { lease: 'shop/lease' } }],
  ]
  const ends: typeof steps = [
    [ann, { kind: 'lock.release', body: { lock: 'shop/lock', lease: 'shop/lease' } }],
    [ann, { kind: 'kv.delete', body: { key: 'shop/a', expect: 2 } }],
    [ann, { kind: 'lease.revoke', body: { lease: 'shop/lease' } }],
    [ann, { kind: 'secret.delete', body: { name: 'shop/s', expect: 1 } }],
    [{ key: nodeKey }, { kind: 'workload.keep', body: { name: 'shop', generation: 1 } }],
    [ann, { kind: 'workload.delete', body: { name: 'shop', expect: 1 } }],
    [ann, { kind: 'name.release', body: { name: 'shop' } }],
    [founder, { kind: 'setting.delete', body: { name: 'relay' } }],
    [
      { key: nodeKey },
      { kind: 'node.cordon', body: { node, cordoned: true, draining: false, expect: 0 } },
    ],
    [founder, { kind: 'node.remove', body: { node } }],
    [founder, { kind: 'version.activate', body: { version: 2 } }],
  ]
  const made: Record<string, string> = {}
  const outcomes: Record<string, string> = {}
  const perform = ([by, command]: (typeof steps)[number]): Uint8Array => {
    const batch = seal(by.key, [command], { timeMs: START_MS + 500 })
    made[command.kind] = base64(batch)
    outcomes[command.kind] = codeOf(commit([batch])[0]?.[0])
    return batch
  }
  elect({ key: nodeKey, node, owner: founder })
  const [first] = steps.map(perform)
  made.entry = base64(encodeEntry(first ? [first] : []))
  const snapshot = registry.snapshot()
  const hash = registry.hash()
  ends.forEach(perform)
  // Came later than the ones above, whose bytes do not change by them.
  const mill = generateKey(random)
  const millNode = nodeIdOf(mill.publicKey)
  const assigned: [number, typeof node][] = [[0, millNode]]
  const before: typeof steps = [
    [
      { key: mill },
      { kind: 'node.register', body: { certificate: certificate(founder, mill), role: 'hypha' } },
    ],
    [ann, { kind: 'workload.apply', body: { name: 'mill', spec: bytes('spec') } }],
    [
      ann,
      {
        kind: 'workload.assign',
        body: { workload: 'mill', generation: 1, assign: assigned, release: [] },
      },
    ],
  ]
  for (const [by, command] of before) commit([seal(by.key, [command])])
  const attempt = { workload: 'mill', run: 1, index: 0 }
  const jobs: typeof steps = [
    [ann, { kind: 'run.start', body: { workload: 'mill', generation: 1, run: 1, lane: 0 } }],
    [{ key: mill }, { kind: 'attempt.begin', body: { ...attempt, attempt: 1 } }],
    [ann, { kind: 'attempt.lost', body: { ...attempt, attempt: 1 } }],
    [
      { key: mill },
      {
        kind: 'attempt.end',
        body: { ...attempt, attempt: 1, outcome: 'succeeded', exitCode: 0 },
      },
    ],
    [ann, { kind: 'run.close', body: { workload: 'mill', run: 1, outcome: 'succeeded' } }],
  ]
  jobs.forEach(perform)
  const version = { workload: 'mill', template: 'b2' }
  const steering: typeof steps = [
    [
      ann,
      { kind: 'workload.scale', body: { workload: 'mill', generation: 1, copies: 0, why: 'IDLE' } },
    ],
    [ann, { kind: 'canary.step', body: { ...version, generation: 1, step: 1 } }],
    [ann, { kind: 'canary.revert', body: { ...version, generation: 2, to: 1, why: 'ERRORS' } }],
  ]
  const [scale, step, revert] = steering.map((one) => () => void perform(one))
  scale?.()
  step?.()
  commit([seal(ann.key, [{ kind: 'workload.keep', body: { name: 'mill', generation: 1 } }])])
  commit([seal(ann.key, [{ kind: 'workload.apply', body: { name: 'mill', spec: bytes('b') } }])])
  revert?.()
  return { network, made, outcomes, snapshot, hash }
}

describe('commands', () => {
  const { network, made, outcomes, snapshot, hash } = makeCommands()

  it('keep their bytes', () => {
    expect(made).toEqual(pinned.batches)
  })

  it('are all pinned, and pass', () => {
    const first = [...RELEASE.kinds].flatMap(([kind, { since }]) => (since === 1 ? [kind] : []))
    expect(Object.keys(outcomes).sort()).toEqual(first.sort())
    const refused = Object.entries(outcomes).filter(([, outcome]) => outcome !== 'done')
    expect(refused).toEqual([['version.activate', 'NOT_SUPPORTED']])
  })

  it('are read from their pinned bytes', () => {
    const { entry: _, ...batches } = pinned.batches
    for (const [kind, batch] of Object.entries(batches)) {
      const opened = openBatch(network, new Uint8Array(Buffer.from(batch, 'base64')))
      if (!isVerified(opened)) throw new Error(opened.code)
      expect(opened.commands.map((command) => [command.kind, command.run !== undefined])).toEqual([
        [kind, true],
      ])
    }
  })

  it('make the pinned snapshot and hash', () => {
    expect(hash).toBe(pinned.hash)
    expect(createHash('sha256').update(snapshot).digest('hex')).toBe(pinned.snapshotSha256)
    expect(base64(snapshot)).toBe(pinned.snapshot)
  })

  it('are in the pinned snapshot, as it is read', () => {
    const registry = createRegistry({ network, voters: [] })
    registry.restore(new Uint8Array(Buffer.from(pinned.snapshot, 'base64')))
    expect(registry.hash()).toBe(pinned.hash)
    expect(registry.view.get('shop/b')).toMatchObject({ value: bytes('2'), lease: 'shop/lease' })
    expect(registry.view.lock('shop/lock')?.holder).toBe('shop/lease')
  })
})
