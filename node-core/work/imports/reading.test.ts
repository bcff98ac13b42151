/** What the other texts do not show of how they are read: variables, words, lines, units. */
import { describe, expect, test } from 'vitest'
import { partCommands } from './docker/command-lines.ts'
import { importText, type Manifest } from './index.ts'
import { plainWords } from './shell-words.ts'
import { field, textOf } from './tree.ts'
import { parseCores, parseDockerBytes, parseDurationMs } from './units.ts'
import { createVariables, fillIn } from './variables.ts'
import { readYaml } from './yaml.ts'

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of other languages.
describe('variables', () => {
  const variables = createVariables({ A: 'a', EMPTY: '', DOLLAR: '${A}' })
  test.each([
    ['$A-${A}-$AB', 'a-a-'],
    ['$$A ${A:-b} ${B:-b} ${B-b}', '$A a b b'],
    ['${EMPTY:-b}|${EMPTY-b}', 'b|'],
    ['${A:+x}|${B:+x}|${EMPTY:+x}|${EMPTY+x}', 'x|||x'],
    ['${B:-${C:-${A}}}', 'a'],
    ['${B:-a:b-c?d}', 'a:b-c?d'],
    ['$DOLLAR', '${A}'],
  ])('%s is %s', (text, filled) => {
    expect(fillIn(text, variables)).toMatchObject({ text: filled, wrong: false })
  })
  test('that are not given, or needed, are named', () => {
    const { missing, needed } = fillIn('$B ${C:?why} ${D:-$E}', variables)
    expect({ missing, needed }).toEqual({ missing: ['B', 'E'], needed: ['C'] })
  })
  test.each(['$', '${', '${}', '${A', '${1}', 'a $ b', '${A!x}'])('%s begins none', (text) => {
    expect(fillIn(text, variables).wrong).toBe(true)
  })
})

describe('words of a command', () => {
  test.each([
    ['a "b c" \'d e\' f\\ g', ['a', 'b c', 'd e', 'f g']],
    ['sh -c "x && y | z > $A #1"', ['sh', '-c', 'x && y | z > $A #1']],
    ['a*b ? `c` $(d) ;e', ['a*b', '?', '`c`', '$(d)', ';e']],
    ['', []],
    ['""', ['']],
  ])('%s', (text, words) => {
    expect(plainWords(text)).toEqual(words)
  })
  test.each(['"a', "it's", 'a\ue000'])('%s has none', (text) => {
    expect(plainWords(text)).toBeUndefined()
  })
})

describe('command lines', () => {
  const commands = (text: string, given = {}) =>
    partCommands(text, createVariables(given)).map(({ line, words }) => [
      line,
      ...words.map((word) => (word.unknown ? `?${word.text}` : word.text)),
    ])
  test('are parted at line breaks and where a shell parts them', () => {
    expect(commands('a b\n\nc && d; e & f || g')).toEqual([
      ...[
        [1, 'a', 'b'],
        [3, 'c'],
        [3, 'd'],
        [3, 'e'],
        [3, 'f'],
        [3, 'g'],
      ],
    ])
  })
  test('go on after a backslash, and know the line of each word', () => {
    const [command] = partCommands('\n\na \\\n  b \\\n  "c\nd" e\\\nf', createVariables({}))
    expect(command?.words.map(({ text, line }) => [line, text])).toEqual([
      ...[
        [3, 'a'],
        [4, 'b'],
        [5, 'c\nd'],
        [6, 'ef'],
      ],
    ])
  })
  test('have comments, and letters that only look like it', () => {
    expect(commands("# it's\na #b c\nd e#f '#' g # h\ni")).toEqual([
      ...[
        [2, 'a'],
        [3, 'd', 'e#f'],
        [4, 'i'],
      ],
    ])
  })
  test('have variables, and what only a shell knows', () => {
    expect(commands("$A '$A' ${B:-b} $(c d):/e f `g`", { A: 'x y' })).toEqual([
      [1, 'x y', '$A', 'b', '?:/e', 'f', '?`g`'],
    ])
  })
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of other languages.

describe('YAML', () => {
  test('knows the line of each value, and what is merged goes after what is said', () => {
    const [tree] = readYaml(
      'a: &a\n  x: 1\n  y: 2\nb:\n  <<: [{ z: 0, y: 0 }, *a]\n  x: "03"\nc:\n',
    )
    const of = (...names: string[]) => {
      const found = field(tree, ...names)
      return [found?.line, textOf(found)]
    }
    expect(of('b', 'x')).toEqual([6, '03'])
    expect(of('b', 'y')).toEqual([5, '0'])
    expect(of('b', 'z')).toEqual([5, '0'])
    expect(of('a', 'y')).toEqual([3, '2'])
    expect(of('c')).toEqual([7, ''])
  })
  test('takes a second document, and none that is empty', () => {
    expect(readYaml('---\n---\na: 1\n---\n# nothing\n---\nb: 1.10\n')).toMatchObject([
      { kind: 'map' },
      { kind: 'map' },
    ])
    expect(textOf(field(readYaml('b: 1.10')[0], 'b'))).toBe('1.10')
  })
})

test('times and sizes', () => {
  expect(['1m30s', '500ms', '1.5h', '0s', '5', ''].map(parseDurationMs)).toEqual([
    ...[90_000, 500, 5_400_000, 0, undefined, undefined],
  ])
  expect(['.5s', '1.m', '.s'].map(parseDurationMs)).toEqual([500, 60_000, undefined])
  expect(['512m', '1g', '64kb', '1GiB', '100', 'x'].map(parseDockerBytes)).toEqual([
    ...[2 ** 29, 2 ** 30, 2 ** 16, 2 ** 30, 100, undefined],
  ])
  expect(['.5g', '1. G', '1e3', '100b', '1e3k', '-1', 'b', ''].map(parseDockerBytes)).toEqual([
    ...[2 ** 29, 2 ** 30, 1_000, 100, 1_024_000, undefined, undefined, undefined],
  ])
  expect(['0.25', '2', '-1'].map(parseCores)).toEqual([250, 2_000, undefined])
  expect(['.5', '1.', '1e-1', '.00001'].map(parseCores)).toEqual([500, 1_000, 100, 1])
  expect(['500m', '', '.', '1,5'].map(parseCores)).toEqual([...Array(4)])
})

describe('a service', () => {
  const container = (fields: string): Manifest['containers'][number] | undefined =>
    importText({ text: `services: { x: { image: x, ${fields} } }` }).workloads[0]?.containers[0]

  test.each([
    ['["8080:80"]', [[80, 8_080, 'tcp']]],
    [
      '[80, "53:53/udp"]',
      [
        [80, undefined, 'tcp'],
        [53, 53, 'udp'],
      ],
    ],
    [
      '["127.0.0.1:8001:80", "[::1]:8002:81"]',
      [
        [80, 8_001, 'tcp'],
        [81, 8_002, 'tcp'],
      ],
    ],
    [
      '["3000-3001:4000-4001"]',
      [
        [4_000, 3_000, 'tcp'],
        [4_001, 3_001, 'tcp'],
      ],
    ],
    ['["127.0.0.1::80"]', [[80, undefined, 'tcp']]],
  ])('with ports %s', (ports, expected) => {
    const found = container(`ports: ${ports}`)?.ports
    expect(found?.map((one) => [one.containerPort, one.hostPort, one.protocol])).toEqual(expected)
  })

  test('takes a port of the computer that is named after the port was', () => {
    expect(container('expose: [80], ports: ["8080:80"]')?.ports).toMatchObject([
      { hostPort: 8_080 },
    ])
    const { report } = importText({
      text: 'services: { x: { image: x, ports: ["1:80", "2:80"] } }',
    })
    expect(report.map(({ code }) => code)).toContain('port-left-out')
  })

  test('is not asked when its check is switched off, and never told to take less than it asks', () => {
    expect(container('healthcheck: { disable: true }')?.probes).toEqual({})
    expect(container('healthcheck: { test: ["NONE"] }')?.probes).toEqual({})
    expect(container('mem_limit: 64m')?.resources).toMatchObject({
      memory: '64Mi',
      limits: { memory: '64Mi', cpu: '1' },
    })
  })

  test('takes over by the rules that there are', () => {
    const rollout = (config: string) =>
      importText({ text: `services: { x: { image: x, deploy: { update_config: ${config} } } }` })
        .workloads[0]?.rollout
    expect(rollout('{ parallelism: 2, delay: 5s, order: stop-first }')).toEqual({ atOnce: 2 })
    expect(rollout('{ parallelism: 0 }')).toEqual({ atOnce: 1_000 })
    expect(rollout('{ order: start-first }')).toBeUndefined()
  })

  test('goes where it was told to by rules that there are', () => {
    const deploy = 'placement: { constraints: ["node.labels.disk==ssd", "node.role == manager"] }'
    const service = importText({ text: `services: { x: { image: x, deploy: { ${deploy} } } }` })
    expect(service.workloads[0]?.nodeSelector).toEqual({ disk: 'ssd' })
    expect(service.report.find(({ code }) => code === 'no-placement')?.path).toContain('1')
    const keys = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone']
    const spread = keys.map((key) => `{ maxSkew: 1, topologyKey: ${key} }`)
    const spec = `{ topologySpreadConstraints: [${spread}], containers: [{ image: x }] }`
    const pod = importText({
      text: `{ apiVersion: v1, kind: Pod, metadata: { name: x }, spec: ${spec} }`,
    })
    expect(pod.workloads[0]?.placement).toEqual({ spread: 'site' })
  })

  test('is handed variables from outside only when they are given', () => {
    const text = 'services: { x: { image: x, environment: [A, B], labels: [c=d] } }'
    const { workloads, report } = importText({ text, variables: { A: 'a' } })
    expect(workloads[0]).toMatchObject({ containers: [{ env: { A: 'a' } }], labels: { c: 'd' } })
    expect(report.find(({ code }) => code === 'variable-missing')?.path).toContain('environment.1')
  })
})

/** Said of whatever sets no bounds, and may connect to anything where it comes from. */
const ALWAYS: ReadonlySet<string> = new Set(['bounded', 'egress-closed', 'no-address'])

describe('what becomes of ended instances', () => {
  const of = (manifest: Manifest | undefined) => ({
    ...(manifest?.restart && { restart: manifest.restart }),
    ...(manifest?.graceMs !== undefined && { graceMs: manifest.graceMs }),
  })
  const first = (text: string) => {
    const { workloads, report } = importText({ text })
    const said = report.filter(({ verdict }) => verdict !== 'kept').map(({ code }) => code)
    return { ...of(workloads[0]), said: said.filter((code) => !ALWAYS.has(code)) }
  }
  const compose = (rest: string) => first(`services: { x: { image: a, ${rest} } }`)
  const pod = (rest: string) =>
    first(
      `{ kind: Pod, apiVersion: v1, metadata: { name: x }, spec: { containers: [{ name: x, image: a }], ${rest} } }`,
    )

  test.each([
    ['restart: "no"', { restart: { when: 'never' } }],
    ['restart: always', {}],
    ['restart: unless-stopped', {}],
    ['restart: on-failure', { restart: { when: 'onFailure' } }],
    ['restart: on-failure:3', { restart: { when: 'onFailure', atMost: 3 } }],
    ['restart: on-failure:0', { restart: { when: 'onFailure' } }],
    ['restart: always, stop_grace_period: 1m30s', { graceMs: 90_000 }],
    ['deploy: { restart_policy: { condition: none } }', { restart: { when: 'never' } }],
    [
      'deploy: { restart_policy: { condition: on-failure, delay: 5s, max_attempts: 2 } }',
      { restart: { when: 'onFailure', backoffMs: 5_000, atMost: 2 } },
    ],
  ])('of a service with %s', (text, kept) => {
    expect(compose(text)).toEqual({ graceMs: 10_000, ...kept, said: [] })
  })

  test.each([
    ['tty: true', 'starts-again'],
    ['restart: always:3', 'wrong-form'],
    ['restart: maybe', 'wrong-form'],
    ['stop_grace_period: soon', 'wrong-form'],
    ['stop_grace_period: 2h', 'shorter-grace'],
    ['deploy: { restart_policy: { window: 2m } }', 'no-restart-window'],
    ['deploy: { restart_policy: { delay: 2h } }', 'no-restart-window'],
  ])('is not silently dropped: %s', (text, code) => {
    expect(compose(text).said).toContain(code)
  })

  test('of docker run and of a pod', () => {
    expect(first('docker run --restart on-failure:2 --stop-timeout 30 a')).toMatchObject({
      restart: { when: 'onFailure', atMost: 2 },
      graceMs: 30_000,
    })
    expect(pod('restartPolicy: OnFailure, terminationGracePeriodSeconds: 10')).toEqual({
      restart: { when: 'onFailure' },
      graceMs: 10_000,
      said: [],
    })
    expect(pod('restartPolicy: Never').restart).toEqual({ when: 'never' })
    expect(pod('restartPolicy: Sometimes').said).toContain('wrong-form')
  })
})

describe('what runs to its end', () => {
  const of = (text: string) => {
    const { workloads, report } = importText({ text })
    const said = report.filter(({ verdict }) => verdict !== 'kept').map(({ code }) => code)
    return { job: workloads[0]?.job, said: said.filter((code) => !ALWAYS.has(code)) }
  }
  const template =
    'template: { spec: { restartPolicy: Never, containers: [{ name: x, image: a }] } }'
  const job = (rest: string) =>
    of(`{ kind: Job, apiVersion: batch/v1, metadata: { name: x }, spec: { ${rest}${template} } }`)
  const cronJob = (rest: string) =>
    of(
      `{ kind: CronJob, apiVersion: batch/v1, metadata: { name: x }, spec: { ${rest} jobTemplate: { spec: { ${template} } } } }`,
    )

  test('is a job, with what Kubernetes does unless told otherwise', () => {
    expect(job('')).toEqual({ job: { retries: 6 }, said: [] })
    expect(job('completions: 4, parallelism: 2, activeDeadlineSeconds: 90, ')).toEqual({
      job: { retries: 6, completions: 4, parallelism: 2, deadlineMs: 90_000 },
      said: [],
    })
  })

  test.each([
    ['backoffLimit: 2, ', 'retries-of-each'],
    ['completionMode: Indexed, ', 'slot-known-otherwise'],
    ['ttlSecondsAfterFinished: 9, ', 'history-kept'],
    ['suspend: true, ', 'scaled-to-none'],
    ['podFailurePolicy: { rules: [] }, ', 'no-job-rule'],
    ['completions: all, ', 'wrong-form'],
    ['parallelism: 3, ', 'of-its-slots'],
  ])('a Job with %s says %s', (rest, code) => {
    expect(job(rest).said).toEqual([code])
  })

  test('by the clock has its schedule', () => {
    const schedule = { cron: '*/5 * * * *', overlap: 'allow' }
    expect(cronJob('schedule: "*/5 * * * *",')).toEqual({ job: { retries: 6, schedule }, said: [] })
    const more = 'timeZone: Europe/Berlin, concurrencyPolicy: Replace, startingDeadlineSeconds: 60,'
    expect(cronJob(`schedule: "@daily", suspend: true, ${more}`)).toEqual({
      job: {
        retries: 6,
        schedule: {
          ...{ cron: '@daily', timeZone: 'Europe/Berlin', overlap: 'replace' },
          ...{ startWithinMs: 60_000, paused: true },
        },
      },
      said: [],
    })
    expect(cronJob('schedule: "every day",').said).toEqual(['does-not-fit'])
    expect(cronJob('schedule: "@daily", concurrencyPolicy: Maybe,').said).toEqual(['wrong-form'])
  })

  test('of compose is a replicated job', () => {
    const service = 'services: { x: { image: a, deploy: { replicas: 3, mode: replicated-job } } }'
    expect(of(service).job).toEqual({ completions: 3, parallelism: 3 })
  })

  test('of compose is one in whatever order it is written, with its tries', () => {
    const job = (more: string) => {
      const text = `services: { x: { image: a, deploy: { mode: replicated-job, ${more} } } }`
      const [manifest] = importText({ text }).workloads
      return { job: manifest?.job, restart: manifest?.restart }
    }
    const three = { completions: 3, parallelism: 3 }
    expect(job('replicas: 3')).toEqual({ job: three })
    expect(job('replicas: 3, restart_policy: { max_attempts: 2, delay: 5s }')).toEqual({
      ...{ job: { ...three, retries: 2 }, restart: { backoffMs: 5_000 } },
    })
    const once = { completions: 1, parallelism: 1, retries: 0 }
    expect(job('restart_policy: { condition: none }')).toEqual({ job: once })
  })
})

describe('what is outside of the network', () => {
  const of = (text: string) => {
    const { workloads, report } = importText({ text })
    return { egress: workloads[0]?.egress, codes: report.map(({ code }) => code) }
  }
  const compose = (value: string, name = 'API_URL') =>
    of(`services: { x: { image: a, environment: { ${name}: "${value}" } }, db: { image: b } }`)

  test.each([
    ['https://api.example.org/v1', [{ host: 'api.example.org', ports: [443] }]],
    ['http://API.example.org:8080', [{ host: 'api.example.org', ports: [8_080] }]],
    ['postgres://u:p@pg.example.org/x', [{ host: 'pg.example.org', ports: [5_432] }]],
    ['smtp.example.org:587', [{ host: 'smtp.example.org', ports: [587] }]],
    ['http://a.example.org,https://a.example.org', [{ host: 'a.example.org', ports: [80] }]],
  ])('%s is listed under “egress”', (value, egress) => {
    const found = compose(value)
    expect(found.egress).toEqual(egress)
    expect(found.codes).toContain('found-outside')
    expect(found.codes).toContain('egress-closed')
  })

  test.each([
    ...['https://db:8080', 'https://db.default.svc.cluster.local', 'http://nas.local:80'],
    ...[
      'https://192.168.1.1:443',
      'http://localhost:80',
      'smtp.example.org',
      'x.example.org:99999',
    ],
  ])('%s is not', (value) => {
    expect(compose(value).egress).toBeUndefined()
  })

  test('nobody hears of it who asks for no network', () => {
    const alone = of('services: { x: { image: a, network_mode: none } }')
    expect(alone.codes).not.toContain('egress-closed')
    const policy =
      '{ kind: NetworkPolicy, apiVersion: networking.k8s.io/v1, metadata: { name: x } }'
    expect(of(policy).codes).toEqual(['no-network-rules'])
  })
})
