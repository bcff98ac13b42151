/** Lines that say what becomes of a thing, and what to do, where a code alone would mislead. */
import { describe, expect, test } from 'vitest'
import { isCode } from '../../base/errors/index.ts'
import { importText } from './index.ts'

const linesOf = (text: string, path: RegExp, variables: Record<string, string> = {}) => {
  const { workloads, report } = importText({ text, variables })
  const lines = report.filter((line) => path.test(line.path))
  return { workloads, lines, codes: lines.map(({ code }) => code) }
}
const service = (fields: string) => `services: { web: { image: "web:1", ${fields} } }`

describe('an amount', () => {
  test.each([
    ['cpus: .5', '500m'],
    ['cpus: 1.', '1'],
    ['cpus: "0.5"', '500m'],
    ['cpus: 1e-1', '100m'],
    ['deploy: { resources: { limits: { cpus: ".25" } } }', '250m'],
  ])('of processors, %s, is read', (fields, cpu) => {
    const [web] = linesOf(service(fields), /x/).workloads
    expect(web?.containers[0]?.resources.limits?.cpu).toBe(cpu)
  })

  test('of a reservation and of docker run is read too', () => {
    const reserved = service(
      'deploy: { resources: { reservations: { cpus: ".25", memory: .5g } } }',
    )
    const [web] = linesOf(reserved, /x/).workloads
    expect(web?.containers[0]?.resources).toMatchObject({ cpu: '250m', memory: '512Mi' })
    const [run] = linesOf('docker run --cpus .5 -m .5g web:1', /x/).workloads
    expect(run?.containers[0]?.resources.limits).toEqual({ cpu: '500m', memory: '512Mi' })
  })

  test.each([
    ['cpus: "0,5"', '“0,5” is not a number of cores, such as "0.5", ".5" or "2".'],
    ['cpus: 500m', '“500m” is not a number of cores'],
    ['mem_limit: 12q', '“12q” is not an amount of memory, such as "512m"'],
    ['mem_limit: -1', '“-1” is not an amount of memory'],
    ['stop_grace_period: 5min', '“5min” is not a time, such as "30s"'],
    ['scale: 1.5', '“1.5” is not a whole number.'],
    ['cpus: hunter2', 'Not a number of cores'],
    ['mem_limit: [1]', 'Not an amount of memory'],
  ])('that is none, %s, is refused with what it is and may be', (fields, message) => {
    const { lines, workloads } = linesOf(service(fields), /cpus|mem|stop|scale/)
    expect(workloads).toEqual([])
    expect(lines.map((line) => line.message)).toEqual([expect.stringContaining(message)])
  })
})

describe('a service with profiles', () => {
  const text = `
services:
  web: { image: "web:1", depends_on: [mail], environment: { MAIL_URL: "smtp://mail:25" } }
  mail: { image: "mail:1", profiles: [debug, test] }
  open: { image: "open:1", profiles: [] }
`
  test('is left out and said so, and nobody uses it', () => {
    const { lines, workloads } = linesOf(text, /^services\.mail/)
    expect(workloads.map(({ name }) => name)).toEqual(['web', 'open'])
    expect(workloads[0]).not.toHaveProperty('uses')
    expect(lines).toMatchObject([{ verdict: 'ignored', code: 'other-profile', workload: 'mail' }])
    expect(lines[0]?.message).toContain('It belongs to “debug”, “test”')
    expect(lines[0]?.message).toContain('COMPOSE_PROFILES=debug')
  })
  test.each(['debug', 'other,test', '*'])('comes along where %s is chosen', (chosen) => {
    const { codes, workloads } = linesOf(text, /profiles/, { COMPOSE_PROFILES: chosen })
    expect(workloads.map(({ name }) => name)).toEqual(['web', 'mail', 'open'])
    expect(workloads[0]?.uses).toEqual(['mail'])
    expect(new Set(codes)).toEqual(new Set(['kept']))
  })
})

describe('a Service of Kubernetes', () => {
  const backend = (port: string) => `
apiVersion: v1
kind: Service
metadata: { name: backend }
spec: { selector: { app: b }, ports: [${port}] }
---
apiVersion: v1
kind: Pod
metadata: { name: backend, labels: { app: b } }
spec: { containers: [{ name: b, image: "b:1", ports: [{ name: web, containerPort: 8000 }] }] }
`
  test.each([
    ['{ port: 80, targetPort: 8000 }', 'answers-at-target', 'It is 8000.'],
    ['{ port: 80, targetPort: web }', 'answers-at-target', 'It is 8000.'],
    ['{ port: 80, targetPort: 9000 }', 'answers-at-target', 'It is 9000.'],
    ['{ port: 8000 }', 'kept', ''],
    ['{ port: 8000, targetPort: web }', 'kept', ''],
    ['{ port: 9000 }', 'ports-joined', ''],
    ['{ port: 80, targetPort: nowhere }', 'not-used', 'no container'],
  ])('with %s: %s', (port, code, message) => {
    const { lines } = linesOf(backend(port), /Service.*ports/)
    expect(lines).toMatchObject([{ code }])
    expect(lines[0]?.message.toLowerCase()).toContain(message.toLowerCase())
  })
})

test('what cannot be a variable is told once, and not as one that stands in the manifest', () => {
  const text = `
apiVersion: v1
kind: ConfigMap
metadata: { name: conf }
data: { file.txt: a, NAME: b }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: web, image: "web:1", envFrom: [{ configMapRef: { name: conf } }] }] }
`
  const { codes, workloads } = linesOf(text, /ConfigMap.*data\.file/)
  expect(codes).toEqual(['bad-variable-name'])
  expect(workloads[0]?.containers[0]?.env).toEqual({ NAME: 'b' })
})

describe('what is not YAML', () => {
  test.each([
    ['a:\n  b: 1\n c: 2', 'Line 3: Not YAML: It is not indented as what it belongs to'],
    ['a: "b\nc: d', 'Not YAML: A sign is missing'],
    ['a:\n\t- b', 'Not YAML: It is indented by a tab'],
    ['a: @b', 'Not YAML: A value cannot begin with this letter'],
    ['a: b: c', 'Not YAML: '],
  ])('is told in words: %j', (text, message) => {
    let told = ''
    try {
      importText({ text })
    } catch (error) {
      if (!isCode(error, 'VALIDATION_ERROR')) throw error
      told = error.message
    }
    expect(told).toContain(message)
    expect(told).not.toMatch(/[A-Z]_[A-Z]/)
  })
})

describe('capabilities that are dropped', () => {
  test.each([
    ['ALL', ['changed'], /These stay: CHOWN, .*NET_BIND_SERVICE\.$/],
    ['CAP_SETUID', ['changed'], /is not dropped/],
    ['NET_RAW', ['kept'], /So it is/],
    ['sys_admin', ['kept'], /So it is/],
  ])('%s: it is said which stay all the same', (name, verdicts, message) => {
    const compose = linesOf(service(`cap_drop: [${name}]`), /cap_drop/).lines
    const run = linesOf(`docker run --cap-drop ${name} web:1`, /cap.drop/).lines
    const spec = `containers: [{ name: a, image: "a:1", securityContext: { capabilities: { drop: [${name}] } } }]`
    const kubernetes = linesOf(
      `{ apiVersion: v1, kind: Pod, metadata: { name: a }, spec: { ${spec} } }`,
      /drop/,
    ).lines
    for (const lines of [compose, run, kubernetes]) {
      expect(lines.map(({ verdict }) => verdict)).toEqual(verdicts)
      expect(lines[0]?.message).toMatch(message)
    }
  })

  test('and given back are no more than every container has', () => {
    const { codes } = linesOf(service('cap_add: [CHOWN, NET_ADMIN]'), /cap_add/)
    expect(codes).toEqual(['always-so', 'capability'])
  })
})

test('an init of the engine is said to be none', () => {
  expect(linesOf(service('init: true'), /init/).codes).toEqual(['no-init'])
  expect(linesOf('docker run --init web:1', /init/).codes).toEqual(['no-init'])
  expect(linesOf(service('init: false'), /init/).codes).toEqual(['always-so'])
})
