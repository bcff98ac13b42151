/** Whatever is brought: an answer or VALIDATION_ERROR, soon, and never a manifest that is not one. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCode } from '../../base/errors/index.ts'
import { parseWorkload } from '../spec/index.ts'
import { type ImportRequest, importText } from './index.ts'
import { leavesOf, silentLeaves } from './testing/leaves.ts'

const FORMATS = ['compose', 'docker-run', 'kubernetes', undefined] as const
const FOLDER = path.join(import.meta.dirname, 'testdata')
const TEXTS = readdirSync(FOLDER)
  .filter((file) => !file.endsWith('.report'))
  .map((file) => readFileSync(path.join(FOLDER, file), 'utf8'))

/** Undefined when it was refused as a whole; throws what may not be thrown. */
function brought(request: ImportRequest) {
  try {
    const imported = importText(request)
    const refused = new Set(
      imported.report.flatMap(({ verdict, workload }) => (verdict === 'refused' ? workload : [])),
    )
    const names = imported.workloads.map((manifest) => parseWorkload(manifest).name)
    expect(new Set(names).size).toBe(names.length)
    // A second of the same name is refused while the first is there.
    const second = imported.report.some(({ code }) => code === 'name-taken')
    if (!second) expect(names.filter((name) => refused.has(name))).toEqual([])
    return imported
  } catch (error) {
    if (!isCode(error, 'VALIDATION_ERROR')) throw error
    return undefined
  }
}

function fails(text: string, more: Partial<ImportRequest> = {}): boolean {
  return brought({ text, ...more }) === undefined
}

describe('a text', () => {
  test('that unfolds to too much is refused', () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `x${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`,
    )
    levels[0] = 'x0: &a0 [1,1,1,1,1,1,1,1,1]'
    expect(fails(`services: {}\n${levels.join('\n')}`)).toBe(true)
    const often = (what: string) =>
      `services: { x: { image: x, ${what}: [&l "${'x'.repeat(90_000)}"${', *l'.repeat(50)}] } }`
    expect([fails(often('labels')), fails(often('expose'))]).toEqual([true, true])
    expect(fails('services: &a { x: *a }')).toBe(true)
    expect(fails('services: &a { x: { <<: *a } }')).toBe(true)
    expect(fails('services: { x: *none }')).toBe(true)
  })

  test.each([
    ['deep', '['.repeat(100_000)],
    ['deep in maps', '{a: '.repeat(30_000)],
    ['of documents', '---\na: 1\n'.repeat(1_000)],
    ['of a key that is there twice', 'services: { x: { image: a, image: b } }'],
    ['of a list as a key', 'services: { [a, b]: c }'],
    ['that is not YAML', 'services: "'],
    ['too long', `services: { x: { image: ${'x'.repeat(140_000)} } }`],
    ['of nothing', ''],
    ['of something else', 'hello: world'],
    [
      'of many services',
      `services:\n${Array.from({ length: 200 }, (_, n) => ` s${n}:\n`).join('')}`,
    ],
    ['that merges a word', 'services: { x: { <<: a } }'],
  ])('%s is refused', (_, text) => {
    expect(fails(text)).toBe(true)
  })

  test('whose variables fill in to too much is refused', () => {
    const text = `services: { x: { image: a, command: "${'$A'.repeat(100)}" } }`
    expect(fails(text, { variables: { A: 'x'.repeat(30_000) } })).toBe(true)
    const nested = `\${A:-${'${B:-'.repeat(5_000)}`
    expect(brought({ text: `services: { x: { image: "${nested}" } }` })?.workloads).toEqual([])
  })

  test('whose references fill in to too much makes no workload', () => {
    const env = Array.from({ length: 40 }, (_, n) => {
      return `{ name: A${n}, value: "${n === 0 ? 'xx' : `$(A${n - 1})$(A${n - 1})`}" }`
    })
    const text = `{ apiVersion: v1, kind: Pod, metadata: { name: x }, spec: { containers: [{ image: x, env: [${env}] }] } }`
    expect(brought({ text })?.workloads).toEqual([])
  })

  test('of a long name does not say it again with each line', () => {
    const ports = Array.from({ length: 2_000 }, () => '"1:1"')
    const text = `services: { ${'x'.repeat(60_000)}: { image: x, ports: [${ports}] } }`
    const said = JSON.stringify(brought({ text })?.report)
    expect(said.length).toBeLessThan(2_000_000)
  })

  test('of names that programs trip over sets nothing by them', () => {
    const text = `services:
  __proto__: { image: a }
  constructor: { image: b, environment: { __proto__: x, constructor: y }, labels: { __proto__: z } }
`
    const imported = brought({ text })
    expect(imported?.workloads.map(({ name }) => name)).toEqual(['proto', 'constructor'])
    expect(imported?.workloads[1]?.containers[0]?.env).toEqual({ constructor: 'y' })
  })
})

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of other languages.
/** Changes that somebody's editor, or somebody hostile, makes to a text. */
const change = fc.record({
  at: fc.nat(),
  remove: fc.nat(40),
  insert: fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      '\n',
      '  ',
      ': ',
      '- ',
      '{',
      '[',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: ',
      '${',
      '$(',
      '!!set ',
      '| ',
      '--- ',
      '# ',
      '\\',
      'null',
      '~',
      '\0',
      '\ue001',
    ),
  ),
})

const changed = fc
  .tuple(fc.constantFrom(...TEXTS), fc.array(change, { minLength: 1, maxLength: 6 }))
  .map(([text, changes]) =>
    changes.reduce((now, { at, remove, insert }) => {
      const from = at % (now.length + 1)
      return now.slice(0, from) + insert + now.slice(from + remove)
    }, text),
  )

describe('at random', () => {
  test('a published text that was changed gives an answer or VALIDATION_ERROR', () => {
    fc.assert(
      fc.property(changed, fc.constantFrom(...FORMATS), (text, format) => {
        brought({ text, format })
      }),
      { seed: 41, numRuns: 400 },
    )
  })

  test('any values in any field give an answer, and each of them is told of', () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('host', 'true', '', '1', '80:80', 'a=b', '${A:-b}', '/x:/y', 'x'),
        fc.string({ maxLength: 8 }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...FIELDS), tie('any'), { maxKeys: 5 }),
      ),
    })).any
    const fields = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 8 })
    fc.assert(
      fc.property(fields, fc.constantFrom(...KINDS), (inside, kind) => {
        const spec = kind === 'Pod' ? inside : { template: { spec: inside }, ...inside }
        const container = { containers: [{ image: 'x', ...inside }] }
        const objects = [
          { services: { x: { image: 'x:1', ...inside } }, ...inside },
          { apiVersion: 'v1', kind, metadata: { name: 'x' }, spec, data: inside },
          { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'y', ...inside }, spec: container },
        ]
        for (const [index, object] of objects.entries()) {
          const format = index === 0 ? 'compose' : 'kubernetes'
          const text = JSON.stringify(object)
          const imported = brought({ text, format })
          if (!imported) continue
          expect(silentLeaves(leavesOf(text, format), imported.report)).toEqual([])
        }
      }),
      { seed: 42, numRuns: 250 },
    )
  })

  test('any words after docker run give an answer', () => {
    const word = fc.oneof(
      fc.constantFrom(...FLAGS),
      fc.string({ maxLength: 6 }),
      fc.constantFrom('x:1', 'a=b', '"a b"', "'", '\\\n', '\n', '#', '&&', '$(x)', '${A}', '`'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), (words) => {
        brought({ text: `docker run ${words.join(' ')}`, format: 'docker-run' })
      }),
      { seed: 43, numRuns: 800 },
    )
  })
})

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of other languages.

const KINDS = [
  'Deployment',
  'StatefulSet',
  'Pod',
  'Service',
  'Ingress',
  'HTTPRoute',
  'IngressRoute',
  'ConfigMap',
  'Secret',
  'Job',
  'List',
]
const FLAGS = [
  '-d',
  '-e',
  '-p',
  '-v',
  '--name',
  '--mount',
  '--privileged',
  '-it',
  '--health-cmd',
  '--health-interval',
  '-m',
  '--cpus',
  '--',
  '-',
  '--env=A=$B',
  '-pvx',
]
const FIELDS = [
  ...['image', 'command', 'entrypoint', 'environment', 'ports', 'expose', 'volumes', 'labels'],
  ...['healthcheck', 'test', 'interval', 'retries', 'deploy', 'replicas', 'resources', 'limits'],
  ...['reservations', 'cpus', 'memory', 'mem_limit', 'restart', 'pid', 'cap_add', 'target'],
  ...['source', 'type', 'published', 'name', 'containers', 'args', 'env', 'envFrom', 'value'],
  ...['valueFrom', 'configMapRef', 'secretKeyRef', 'key', 'containerPort', 'requests', 'cpu'],
  ...['livenessProbe', 'readinessProbe', 'httpGet', 'port', 'exec', 'periodSeconds', 'x-note'],
  ...['securityContext', 'capabilities', 'add', 'selector', 'metadata', 'spec', 'template'],
  ...['data', 'stringData', 'rules', 'items', 'nodeSelector', 'hostPath', 'path', 'services'],
]
