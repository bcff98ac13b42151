import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm, templateOf } from './index.ts'
import { FILE_BYTES_MAX, FILES_BYTES_MAX, FILES_MAX, WORKLOAD_BYTES_MAX } from './limits.ts'
import { refusal } from './testing/refusal.ts'

const INI = { path: '/etc/app/app.ini', content: 'a = ä\n', mode: '0640' }
const KEY = { path: '/etc/app/key', content: 'AAH/', encoding: 'base64' }
const BUNDLE = `sha256:${'a'.repeat(64)}`
const web = (more: object, beside: object = {}) => ({
  ...{ name: 'web', containers: [{ image: 'web', ...more }] },
  ...beside,
})
const containing = (...files: object[]) => web({ files })

describe('files', () => {
  test('are filled up, stored among the mounts and read back', () => {
    const mounts = [{ volume: 'data', path: '/data' }]
    const volumes = [{ name: 'data' }]
    const workload = parseWorkload(web({ files: [INI, KEY], mounts }, { volumes }))
    expect(workload.parts[0].files).toEqual([
      { path: '/etc/app/app.ini', content: 'a = ä\n', mode: 0o640 },
      { path: '/etc/app/key', content: 'AAH/', encoding: 'base64', mode: 0o444 },
    ])
    expect(storedForm(workload)).toMatchObject({
      parts: [{ mounts: [{ volume: 'data' }, { content: 'a = ä\n' }, { content: 'AAH/' }] }],
    })
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
  })

  test('read back whatever they hold', () => {
    const content = fc.uint8Array({ maxLength: 64 }).map((bytes) => ({
      content: Buffer.from(bytes).toString('base64'),
      encoding: 'base64',
    }))
    const text = fc.record({ content: fc.string({ unit: 'binary', maxLength: 64 }) })
    const name = fc.stringMatching(/^[a-z]{1,8}$/)
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(text, content), { maxKeys: 8 }), (named) => {
        const files = Object.entries(named).map(([at, one]) => ({ path: `/x/${at}`, ...one }))
        const workload = parseWorkload(containing(...files))
        expect(workload.parts[0].files ?? []).toMatchObject(files)
        expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
      }),
      { numRuns: 30, seed: 41 },
    )
  })

  test('are part of what an instance is made of, and change nothing where there are none', () => {
    const plain = parseWorkload(web({}))
    expect(templateOf(parseWorkload(web({ files: [] })))).toBe(templateOf(plain))
    const [one, other] = [containing(INI), containing({ ...INI, content: 'b' })].map((one) =>
      parseWorkload(one),
    )
    expect(templateOf(one!)).not.toBe(templateOf(plain))
    expect(templateOf(one!)).not.toBe(templateOf(other!))
  })

  test('may stand beside the only container, and are those of a program there', () => {
    expect(parseWorkload(web({}, { files: [INI] })).parts[0].files).toHaveLength(1)
    const program = { name: 'app', bundle: BUNDLE, files: [{ path: '/work/a/b.ini', content: '' }] }
    expect(parseWorkload(program).parts[0].files).toMatchObject([{ path: '/work/a/b.ini' }])
    const stored = storedForm(parseWorkload(program))
    expect(parseStoredWorkload(stored)).toEqual(parseWorkload(program))
  })

  test('stay when something else changes, and change as a whole', () => {
    const before = parseWorkload(containing(INI, KEY))
    expect(applyChange(before, { image: 'web:2' }).parts[0].files).toEqual(before.parts[0].files)
    expect(applyChange(before, { files: [KEY] }).parts[0].files).toHaveLength(1)
    expect(applyChange(before, { files: [] }).parts[0]).not.toHaveProperty('files')
    expect(refusal(() => applyChange(before, { files: [KEY, KEY] }))).toEqual(['files.1.path'])
  })

  const at = (path: string) => ({ path, content: '' })
  const mounting = (path: string, file: string, readOnly = false) =>
    web(
      { mounts: [{ volume: 'data', path, readOnly }], files: [at(file)] },
      { volumes: [{ name: 'data' }] },
    )
  const program = (path: string) => ({ name: 'app', bundle: BUNDLE, files: [at(path)] })
  const big = (path: string, bytes: number) => ({ path, content: 'x'.repeat(bytes) })
  test.each<[string, string, object]>([
    ['a relative path', 'containers.0.files.0.path', containing(at('etc/app'))],
    ['a way up', 'containers.0.files.0.path', containing(at('/etc/../app'))],
    ['a folder', 'containers.0.files.0.path', containing(at('/etc/'))],
    ['what is the kernel’s', 'containers.0.files.0.path', containing(at('/proc/self/x'))],
    [
      'the folder of secrets',
      'containers.0.files.0.path',
      containing(at('/run/mycelium/secrets/x')),
    ],
    ['what the engine writes', 'containers.0.files.0.path', containing(at('/etc/hosts'))],
    ['one path twice', 'containers.0.files.1.path', containing(INI, INI)],
    ['a file in a file', 'containers.0.files.1.path', containing(INI, at(`${INI.path}/x`))],
    ['a file over a file', 'containers.0.files.1.path', containing(INI, at('/etc/app'))],
    ['the place of a volume', 'containers.0.files.0.path', mounting('/data', '/data')],
    ['the way to a volume', 'containers.0.files.0.path', mounting('/srv/data', '/srv')],
    ['a volume only read', 'containers.0.files.0.path', mounting('/data', '/data/x', true)],
    [
      'a folder in memory',
      'containers.0.files.0.path',
      web({ scratch: [{ path: '/tmp' }], files: [at('/tmp')] }),
    ],
    ['a folder not of the program', 'files.0.path', program('/etc/app')],
    ['the program’s own folder', 'files.0.path', program('/work')],
    ['the program’s temporary folder', 'files.0.path', program('/work/tmp/x')],
    ['half a letter', 'containers.0.files.0.content', containing({ ...INI, content: '\ud800' })],
    ['no base64', 'containers.0.files.0.content', containing({ ...KEY, content: 'A' })],
    ['base64 in lines', 'containers.0.files.0.content', containing({ ...KEY, content: 'AA\nH/' })],
    ['another encoding', 'containers.0.files.0.encoding', containing({ ...KEY, encoding: 'hex' })],
    ['bits that give rights', 'containers.0.files.0.mode', containing({ ...INI, mode: '4755' })],
    ['a mode that is a number', 'containers.0.files.0.mode', containing({ ...INI, mode: 644 })],
    ['no content', 'containers.0.files.0.content', containing({ path: '/x' })],
    ['a large one', 'containers.0.files.0.content', containing(big('/x', FILE_BYTES_MAX + 1))],
    [
      'too much in all',
      'containers.0.files',
      containing(big('/x', FILE_BYTES_MAX), big('/y', FILES_BYTES_MAX - FILE_BYTES_MAX + 1)),
    ],
    [
      'too many',
      'containers.0.files',
      containing(...Array.from({ length: FILES_MAX + 1 }, (_, n) => at(`/x/${n}`))),
    ],
    ['what stands twice', 'files', web({ files: [INI] }, { files: [INI] })],
  ])('of %s are refused by the field', (_, path, body) => {
    expect(refusal(() => parseWorkload(body))).toEqual([path])
  })

  test('in a folder that is written to are none of that', () => {
    expect(parseWorkload(mounting('/data', '/data/conf/x')).parts[0].files).toHaveLength(1)
  })

  test('of several containers count together, and each says its own', () => {
    const [half, rest] = [big('/x', FILE_BYTES_MAX), big('/x', FILE_BYTES_MAX)]
    const two = [
      { name: 'a', image: 'a', files: [half] },
      { name: 'b', image: 'b', files: [rest] },
    ]
    expect(refusal(() => parseWorkload({ name: 'web', containers: two }))).toEqual([
      'containers.1.files',
    ])
    const bare = two.map(({ files: _, ...one }) => one)
    expect(refusal(() => parseWorkload({ name: 'web', containers: bare, files: [INI] }))).toEqual([
      'files',
    ])
  })

  test('as large as they may be fit into what is stored, as bytes too', () => {
    const bytes = (path: string, size: number) => ({
      ...{ path, encoding: 'base64', content: Buffer.alloc(size, 0xff).toString('base64') },
    })
    const files = [bytes('/x', FILE_BYTES_MAX), bytes('/y', FILES_BYTES_MAX - FILE_BYTES_MAX)]
    const stored = JSON.stringify(storedForm(parseWorkload(containing(...files))))
    expect(stored.length).toBeLessThan(WORKLOAD_BYTES_MAX)
  })
})

/** Its shape of a mount, as every release before files has it. */
test('a release that knows no files cannot read what has some', () => {
  const [stored] = [storedForm(parseWorkload(containing(INI)))]
  const parts = (stored as { parts: { mounts: object[] }[] }).parts
  expect(parts[0]?.mounts[0]).not.toHaveProperty('volume')
  expect(parts[0]).not.toHaveProperty('files')
})
