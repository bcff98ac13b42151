import { describe, expect, test } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm, templateOf } from './index.ts'
import { refusal } from './testing/refusal.ts'
import { keptVolumeOf, volumeIdOf, volumeKey } from './volume-record.ts'

const CONTAINER = { image: 'db', mounts: [{ volume: 'data', path: '/var/lib/db' }] }
const BODY = { name: 'db', containers: [CONTAINER], volumes: [{ name: 'data', size: '5Gi' }] }

const PROGRAM = {
  name: 'db',
  bundle: `sha256:${'a'.repeat(64)}`,
  mounts: [{ volume: 'data', path: '/work/data' }],
  volumes: [{ name: 'data', size: '5Gi' }],
}
const program = (volume: string, ...paths: string[]) => {
  return { ...PROGRAM, mounts: paths.map((path) => ({ volume, path })) }
}
const file = (path: string) => ({ path, content: 'a = b' })

describe('volumes', () => {
  test('are filled up, stored and read back', () => {
    const workload = parseWorkload(BODY)
    expect(workload.volumes).toEqual([{ name: 'data', sizeBytes: 5 * 2 ** 30, ifLost: 'wait' }])
    expect(workload.parts[0].mounts).toEqual([
      { volume: 'data', path: '/var/lib/db', readOnly: false },
    ])
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
  })

  test('are waited for in a partition, unless it may start with nothing', () => {
    expect(parseWorkload(BODY).onPartition).toBe('keep')
    expect(parseWorkload({ ...BODY, onPartition: 'heal' }).onPartition).toBe('heal')
    const volumes = [{ name: 'data', ifLost: 'empty' }]
    expect(parseWorkload({ ...BODY, volumes }).onPartition).toBe('heal')
  })

  test('that are missing are named with all else that is wrong, in a deploy and in a change', () => {
    const secrets = [{ name: 'other/key', env: 'KEY' }]
    const edge = { tcp: [{ port: 15_432, containerPort: 5_432 }] }
    const containers = [{ ...CONTAINER, mounts: [{ volume: 'gone', path: '/var/lib/db' }] }]
    const wrong = [
      'containers.0.mounts.0.volume',
      'edge.tcp.0.containerPort',
      'secrets.0.name',
      'volumes.0.name',
    ]
    expect(refusal(() => parseWorkload({ ...BODY, containers, secrets, edge }))).toEqual(wrong)
    const change = { containers, secrets, edge }
    expect(refusal(() => applyChange(parseWorkload(BODY), change))).toEqual(wrong)
  })

  test('change nothing for those that have none', () => {
    const plain = parseWorkload({ name: 'web', containers: [{ image: 'web' }] })
    expect(Object.keys(plain)).not.toContain('volumes')
    expect(Object.keys(plain.parts[0])).not.toContain('mounts')
    const none = parseWorkload({
      name: 'web',
      containers: [{ image: 'web', mounts: [] }],
      volumes: [],
    })
    expect(templateOf(none)).toBe(templateOf(plain))
  })

  test('stay when something else changes, and go when that is said', () => {
    const workload = parseWorkload(BODY)
    const changed = applyChange(workload, { image: 'db:2', env: { A: 'b' } })
    expect(changed).toMatchObject({ volumes: workload.volumes, parts: [{ mounts: [{}] }] })
    const without = applyChange(workload, {
      ...{ containers: [{ image: 'db', mounts: [] }], volumes: [] },
    })
    expect(without.volumes).toBeUndefined()
    expect(refusal(() => applyChange(workload, { volumes: [] }))).toContain(
      'containers.0.mounts.0.volume',
    )
  })

  test('of a program are the same, in its own folder, and unreadable to who would start it without', () => {
    const workload = parseWorkload(PROGRAM)
    expect(workload).toMatchObject({ onPartition: 'keep', volumes: [{ sizeBytes: 5 * 2 ** 30 }] })
    const mount = { volume: 'data', path: '/work/data', readOnly: false }
    expect(workload.parts[0].mounts).toEqual([mount])
    expect(storedForm(workload)).toMatchObject({
      parts: [{ mounts: [{ ...mount, kind: 'process' }] }],
    })
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    const moved = { mounts: [{ volume: 'data', path: '/work/d', readOnly: true }] }
    expect(applyChange(workload, moved).parts[0]).toMatchObject(moved)
    expect(applyChange(workload, { env: { A: 'b' } }).parts[0].mounts).toEqual([mount])
    expect(applyChange(workload, { mounts: [], volumes: [] }).volumes).toBeUndefined()
  })

  test('may be said beside the only container', () => {
    const { mounts } = CONTAINER
    expect(parseWorkload({ ...BODY, containers: [{ image: 'db' }], mounts })).toEqual(
      parseWorkload(BODY),
    )
  })

  const mounting = (...mounts: object[]) => ({ ...BODY, containers: [{ image: 'db', mounts }] })
  const at = (path: string) => mounting({ volume: 'data', path })
  const withScratch = (...paths: string[]) => {
    const scratch = paths.map((path) => ({ path }))
    return { ...BODY, containers: [{ ...at('/data').containers[0], scratch }] }
  }
  test.each<[string, object]>([
    ['volumes.0.size', { ...BODY, volumes: [{ name: 'data', size: 'much' }] }],
    ['volumes.0.size', { ...BODY, volumes: [{ name: 'data', size: '1Ki' }] }],
    ['volumes.0.name', { ...BODY, volumes: [{ name: 'x'.repeat(33) }] }],
    ['volumes.1.name', { ...BODY, volumes: [{ name: 'data' }, { name: 'data' }] }],
    ['volumes.1.name', { ...BODY, volumes: [{ name: 'data' }, { name: 'unused' }] }],
    ['volumes.0.ifLost', { ...BODY, volumes: [{ name: 'data', ifLost: 'hope' }] }],
    ['containers.0.mounts.0.volume', mounting({ volume: 'other', path: '/x' })],
    [
      'containers.0.mounts.1.path',
      mounting({ volume: 'data', path: '/x' }, { volume: 'data', path: '/x' }),
    ],
    ['containers.0.scratch.0.path', withScratch('/data')],
    ['containers.0.scratch.1.path', withScratch('/tmp', '/tmp')],
    ['containers.0.mounts.0.path', at('data')],
    ['containers.0.mounts.0.path', at('/')],
    ['containers.0.mounts.0.path', at('/a/../b')],
    ['containers.0.mounts.0.path', at('/a//b')],
    ['containers.0.mounts.0.path', at('/proc/1')],
    ['containers.0.mounts.0.path', at('/dev')],
    ['containers.0.mounts.0.path', at('/run/mycelium')],
    ['containers.0.mounts.0.path', at('/a:/b')],
    ['rollout.kind', { ...BODY, rollout: { kind: 'blueGreen' } }],
    ['mounts', { ...BODY, mounts: [{ volume: 'data', path: '/x' }] }],
    ['volumes.0.name', { ...PROGRAM, mounts: [] }],
    ['mounts.0.volume', program('gone', '/work/data')],
    ['mounts.0.path', program('data', '/var/lib/db')],
    ['mounts.0.path', program('data', '/work')],
    ['mounts.0.path', program('data', '/work/tmp/data')],
    ['mounts.1.path', program('data', '/work/data', '/work/data/more')],
    ['files.0.path', { ...program('data', '/work/data'), files: [file('/work/data/a.ini')] }],
    ['files.0.path', { ...program('data', '/work/data'), files: [file('/work/data')] }],
    ['rollout.kind', { ...PROGRAM, rollout: { kind: 'blueGreen' } }],
  ])('refuse %s', (path, body) => {
    expect(refusal(() => parseWorkload(body))).toContain(path)
  })
})

describe('what a node tells of a volume', () => {
  const node = 'a'.repeat(64)
  const name = { owner: 'b'.repeat(64), workload: 'db', index: 0, volume: 'data' }
  const id = volumeIdOf(name as Parameters<typeof volumeIdOf>[0])
  const value = { ...name, sizeBytes: 1, createdAt: '2026-11-20T00:00:00.000Z' }
  const key = volumeKey(node as Parameters<typeof volumeKey>[0], id)

  test('is read back', () => {
    expect(keptVolumeOf({ key, value })).toEqual({ ...value, node, id })
  })
  test.each<[string, string, object]>([
    ['another key', `node/${node}/instance/x`, value],
    ['another name than its own', key, { ...value, index: 1 }],
    ['another owner than its own', key, { ...value, owner: 'c'.repeat(64) }],
    ['half of it', key, { owner: value.owner }],
  ])('is nothing with %s', (_, at, told) => {
    expect(keptVolumeOf({ key: at, value: told as typeof value })).toBeUndefined()
  })
})
