import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const service = (fields: string, more = '') =>
  `services:\n  app:\n    image: app:1\n${fields}\n${more}`

describe('secrets of a compose file', () => {
  const text = service(
    [
      '    secrets: [db_password, { source: key, target: tls.key }]',
      '    environment:',
      '      DB_PASSWORD_FILE: /run/secrets/db_password',
      '      OTHER_FILE: /run/secrets/db_password_old',
      '    command: ["serve", "--key=/run/secrets/tls.key"]',
    ].join('\n'),
    'secrets: { db_password: { file: ./hush.txt }, key: { external: true } }',
  )
  const { workloads, report } = importText({ text })

  test('are the workload’s own, to be set, and lie where its variables lead', () => {
    expect(workloads).toMatchObject([
      {
        secrets: [
          { name: 'app/db_password', file: 'db_password' },
          { name: 'app/key', file: 'tls.key' },
        ],
        containers: [
          {
            env: {
              DB_PASSWORD_FILE: '/run/mycelium/secrets/db_password',
              OTHER_FILE: '/run/secrets/db_password_old',
            },
            args: ['serve', '--key=/run/mycelium/secrets/tls.key'],
          },
        ],
      },
    ])
  })

  test('are told of with the command that sets them', () => {
    const told = report.filter(({ code }) => code === 'secret-to-set')
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining('mycelium secret set app/db_password'),
      expect.stringContaining('/run/mycelium/secrets/tls.key'),
    ])
    expect(report.filter(({ verdict }) => verdict === 'refused')).toEqual([])
  })
})

describe('files with variables', () => {
  const text = service(
    [
      '    environment: { MODE: said, SHARED: said }',
      '    env_file: [./app.env, { path: more.env, required: false }]',
    ].join('\n'),
  )

  test('are needed where they are not given, unless they may be missing', () => {
    const { workloads, report } = importText({ text })
    expect(workloads).toEqual([])
    const codes = report.filter(({ path }) => path.includes('env_file')).map(({ code }) => code)
    expect(codes).toEqual(['file-needed', 'not-used'])
  })

  test('are taken by their names, and give way to what the text says', () => {
    const files = {
      'app.env': { content: 'SHARED=file\nA=1\nURL=http://$HOST/\n' },
      './more.env': { content: 'A=2\nAPI_TOKEN=hush\n' },
    }
    const { workloads, report } = importText({ text, files, variables: { HOST: 'x' } })
    expect(workloads[0]?.containers[0]?.env).toEqual({
      ...{ SHARED: 'said', MODE: 'said', A: '2', URL: 'http://x/', API_TOKEN: 'hush' },
    })
    expect(report.map(({ code }) => code)).toContain('in-the-open')
    expect(JSON.stringify(report)).not.toContain('hush')
  })
})

test('what they say is found, and taken as compose and docker run take it', () => {
  const content =
    "PW=abc#def\nDATABASE_URL=postgres://u@db:5432/x\nSMTP_HOST=smtp.example.com:587\nA='$B'\n"
  const files = { 'app.env': { content } }
  const text = `${service('    env_file: app.env')}  db: { image: db }\n`
  const [app, db] = importText({ text, files }).workloads
  expect(app).toMatchObject({
    containers: [{ env: { PW: 'abc#def', A: '$B' } }],
    uses: ['db'],
    egress: [{ host: 'smtp.example.com', ports: [587] }],
  })
  expect(db?.containers[0]?.ports).toMatchObject([{ containerPort: 5_432 }])
  const run = importText({ text: 'docker run --env-file app.env a', files })
  expect(run.workloads[0]?.containers[0]?.env).toMatchObject({ PW: 'abc#def', A: "'$B'" })
})

const KUBE = (pod: string, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  template:
    metadata: { labels: { app: web } }
    spec:
      ${pod}
      containers: [{ name: web, image: "web:1", env: [
        { name: PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } } ] }]
---
${more}`

describe('Kubernetes', () => {
  test('a secret that is not in the text is one to be set', () => {
    const { workloads, report } = importText({ text: KUBE('') })
    expect(workloads[0]?.secrets).toEqual([{ name: 'web/db/password', env: 'PASSWORD' }])
    expect(report.map(({ code }) => code)).toContain('secret-to-set')
  })

  const priorityClass = (value: number) =>
    `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: p }\nvalue: ${value}\n`
  test.each([
    [1_000_000, 100],
    [-10, -100],
    [0, undefined],
  ])('a class of priority of %i counts %s', (value, priority) => {
    const text = KUBE('priorityClassName: p', priorityClass(value))
    expect(importText({ text }).workloads[0]?.priority).toBe(priority)
  })

  test('the system’s own counts most, one that is not in the text nothing', () => {
    const of = (name: string) => importText({ text: KUBE(`priorityClassName: ${name}`) })
    expect(of('system-node-critical').workloads[0]?.priority).toBe(1_000)
    expect(of('gone').workloads[0]).not.toHaveProperty('priority')
    expect(of('gone').report.map(({ code }) => code)).toContain('no-priority-class')
  })

  const budget = (spec: string, app = 'web') =>
    `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: b }\nspec: { ${spec}, selector: { matchLabels: { app: ${app} } } }\n`
  test.each([
    ['minAvailable: 2', { minAvailable: 2 }, 'kept'],
    ['maxUnavailable: 50%', { maxUnavailable: 2 }, 'share-counted'],
    ['minAvailable: 34%', { minAvailable: 2 }, 'share-counted'],
  ])('a budget of %s is that of what it leads to', (spec, disruption, code) => {
    const { workloads, report } = importText({ text: KUBE('', budget(spec)) })
    expect(workloads[0]?.disruption).toEqual(disruption)
    expect(report.find(({ path }) => /Available|Unavailable/.test(path))?.code).toBe(code)
  })

  test.each([
    ['matchLabels: { app: web }, matchExpressions: [{ key: tier, operator: Exists }]', false],
    ['matchLabels: { app: web }, matchExpressions: [{ key: tier, operator: DoesNotExist }]', true],
    ['matchExpressions: [{ key: app, operator: In, values: [api, web] }]', true],
    ['matchExpressions: [{ key: app, operator: NotIn, values: [api, web] }]', false],
    ['matchExpressions: [{ key: app, operator: NotIn, values: [api] }]', true],
    ['matchExpressions: [{ key: app, operator: Like, values: [web] }]', false],
  ])('a budget leads to what all of its selector selects: %s', (selector, isLed) => {
    const object = budget('minAvailable: 2').replace('matchLabels: { app: web }', selector)
    const { workloads, report } = importText({ text: KUBE('', object) })
    expect(workloads[0]?.disruption).toEqual(isLed ? { minAvailable: 2 } : undefined)
    const said = report.find(({ path }) => path.endsWith('spec.selector'))
    expect(said?.code).toBe(isLed ? 'kept' : 'not-used')
  })

  test('a budget that leads to nothing says so', () => {
    const { workloads, report } = importText({ text: KUBE('', budget('minAvailable: 2', 'other')) })
    expect(workloads[0]).not.toHaveProperty('disruption')
    expect(report.filter(({ code }) => code === 'not-used')).toHaveLength(2)
  })
})

test('rules of Swarm that there are here', () => {
  const deploy = [
    '    deploy:',
    '      placement:',
    '        constraints: [engine.labels.disk == ssd]',
    '        preferences: [{ spread: node.labels.zone }]',
    '      update_config: { failure_action: pause }',
  ].join('\n')
  const { workloads, report } = importText({ text: service(deploy) })
  expect(workloads).toMatchObject([
    { nodeSelector: { disk: 'ssd' }, placement: { spread: 'site' } },
  ])
  expect(report.find(({ path }) => path.endsWith('failure_action'))?.code).toBe('always-so')
})

test('what names the file of a secret is none', () => {
  const said = (value: string) => {
    const text = `services: { x: { image: a, environment: { DB_PASSWORD_FILE: "${value}" } } }`
    return importText({ text }).report.map(({ code }) => code)
  }
  expect(said('/run/secrets/db')).not.toContain('in-the-open')
  expect(said('hunter2')).toContain('in-the-open')
})
