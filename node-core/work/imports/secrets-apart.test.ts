/** All containers of a workload are handed all of its secrets: none may hide what another is to have. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const ref = (secret: string, more = '') =>
  `valueFrom: { secretKeyRef: { name: ${secret}, key: k${more} } }`
const pod = (containers: Record<string, string>, objects = '') => {
  const list = Object.entries(containers).map(([name, fields]) => {
    return `{ name: ${name}, image: a, ${fields} }`
  })
  const text = `apiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec: { containers: [${list.join(', ')}] }\n${objects}`
  const { workloads, report } = importText({ text })
  return { made: workloads[0], report, codes: report.map(({ code }) => code) }
}
const SEALED =
  '---\napiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { TOKEN: hush }\n'

test('two secrets by one name in two containers are refused, and so is a plain variable', () => {
  const env = (value: string) => `env: [{ name: PASSWORD, ${value} }]`
  for (const other of [ref('db'), 'value: plain']) {
    const { made, report } = pod({ app: env(ref('app')), db: env(other) })
    expect(made).toBeUndefined()
    const said = report.find(({ code }) => code === 'secrets-clash')
    expect(said).toMatchObject({ verdict: 'refused' })
    expect(said?.message).toContain('the variable “PASSWORD”')
  }
})

test('one secret in two containers is one secret', () => {
  const env = `env: [{ name: PASSWORD, ${ref('app')} }]`
  const { made, codes } = pod({ app: env, db: env })
  expect(made?.secrets).toEqual([{ name: 'x/app/k', env: 'PASSWORD' }])
  expect(codes).not.toContain('said-again')
})

test.each([
  ['envFrom: [{ secretRef: { name: s } }], env: [{ name: TOKEN, value: plain }]', 'plain'],
  [`env: [{ name: TOKEN, ${ref('s')} }, { name: TOKEN, value: plain }]`, 'plain'],
  [`env: [{ name: TOKEN, value: plain }, { name: TOKEN, ${ref('s')} }]`, undefined],
])('of one container what is said later counts: %s', (fields, value) => {
  const { made, codes } = pod({ app: fields }, SEALED)
  expect(made?.containers[0]?.env?.TOKEN).toBe(value)
  expect(made?.secrets?.length).toBe(value === undefined ? 1 : undefined)
  expect(codes.includes('said-again')).toBe(value !== undefined)
})

test('an optional secret that is not in the text is waited for by nobody', () => {
  const { made, codes } = pod({
    app: `env: [{ name: A, ${ref('gone', ', optional: true')} }, { name: B, ${ref('gone')} }]`,
  })
  expect(made?.secrets).toEqual([{ name: 'x/gone/k', env: 'B' }])
  expect(codes).toContain('not-used')
})

const compose = (secrets: string, env = '') =>
  importText({
    text: `services: { x: { image: a, secrets: [${secrets}], environment: [${env}] } }`,
  })

test('a secret in a folder of its own is called by its source, and its path leads there', () => {
  const { workloads, report } = compose(
    '{ source: a, target: /etc/one/key }, { source: b, target: /etc/two/key }, { source: c, target: sub/key }',
    'A_FILE=/etc/one/key, B_FILE=/etc/two/key, C_FILE=/run/secrets/sub/key',
  )
  expect(workloads[0]?.secrets?.map(({ file }) => file)).toEqual(['a', 'b', 'c'])
  expect(workloads[0]?.containers[0]?.env).toEqual({
    A_FILE: '/run/mycelium/secrets/a',
    B_FILE: '/run/mycelium/secrets/b',
    C_FILE: '/run/mycelium/secrets/c',
  })
  expect(JSON.stringify(report)).toContain('not in /etc/one/key')
})

test('two secrets in one file are refused', () => {
  const { workloads, report } = compose('a, { source: b, target: a }')
  expect(workloads).toEqual([])
  expect(report.map(({ code }) => code)).toContain('secrets-clash')
})

test.each([
  [`env: [{ name: P, ${ref('s')} }, { name: URL, value: "pg://u:$(P)@db/x" }]`, '$(P)'],
  [`env: [{ name: P, ${ref('s')} }], args: ["--pw=$(P)"]`, '$(P)'],
  ['envFrom: [{ secretRef: { name: s } }], command: [run, "$(TOKEN)"]', '$(TOKEN)'],
  [
    'env: [{ name: IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }, { name: ME, value: "http://$(IP)/" }]',
    '$(IP)',
  ],
])('what refers to a value that is not known here is refused: %s', (fields, named) => {
  const { made, report } = pod({ app: fields }, SEALED)
  expect(made).toBeUndefined()
  const said = report.filter(({ code }) => code === 'value-not-here')
  expect(said.map(({ verdict }) => verdict)).toEqual(['refused'])
  expect(said[0]?.message).toContain(named)
})

test.each([
  `env: [{ name: P, ${ref('s')} }, { name: URL, value: "$$(P)" }]`,
  `env: [{ name: URL, value: "$(P)" }, { name: P, ${ref('s')} }]`,
  `env: [{ name: P, ${ref('s')} }, { name: P, value: a }, { name: URL, value: "$(P)" }]`,
])('and nothing else is: %s', (fields) => {
  expect(pod({ app: fields }).codes).not.toContain('value-not-here')
})
