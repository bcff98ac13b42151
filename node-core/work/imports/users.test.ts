/** Who runs in a container: kept in every language, refused where it cannot be read. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const read = (text: string) => {
  const { workloads, report } = importText({ text })
  const about = report.filter(({ path }) => /user|-u$|runAs|[gG]roup/.test(path))
  return {
    users: workloads.flatMap(({ containers }) => containers.map(({ user }) => user)),
    codes: about.map(({ code }) => code),
  }
}

const compose = (fields: string) => `services: { web: { image: "web:1", ${fields} } }`

/** `pod`: its security context; `containers`: theirs. */
const pod = (pod: string, ...containers: string[]) => `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
${containers.map((one, index) => `    - { name: c${index}, image: "web:1", securityContext: ${one} }`).join('\n')}
  securityContext: ${pod}
`

describe('a user', () => {
  test.each([
    ['user: "1000:1000"', '1000:1000'],
    ['user: 1000:1000', '1000:1000'],
    ['user: 1000', '1000'],
    ['user: www-data', 'www-data'],
    ['user: "0"', '0'],
    ['user: ""', undefined],
  ])('of a service, %s, is kept', (fields, user) => {
    expect(read(compose(fields))).toEqual({ users: [user], codes: ['kept'] })
  })

  test.each(['docker run -u 1000:1000 web:1', 'docker run --user=1000:1000 web:1'])(
    'of %s is kept',
    (line) => {
      expect(read(line)).toEqual({ users: ['1000:1000'], codes: ['kept'] })
    },
  )

  /** A variable of compose. */
  const unset = ['$', '{NOT_GIVEN}'].join('')
  test.each([`user: "${unset}:${unset}"`, 'user: [1000]', 'user: "9999999999"'])(
    'that cannot be read, %s, is refused rather than root',
    (fields) => {
      const { users, codes } = read(compose(fields))
      expect(users).toEqual([])
      expect(codes).toContain('wrong-form')
    },
  )

  test('of a pod holds for containers that name none', () => {
    const text = pod('{ runAsUser: 1000650000, runAsGroup: 5 }', '{}', '{ runAsUser: 7 }')
    const { users, codes } = read(text)
    expect(users).toEqual(['1000650000:5', '7:5'])
    expect(codes).toEqual(['kept', 'kept', 'kept'])
  })

  test.each([
    ['{ runAsUser: root }', '{}', 'wrong-form'],
    ['{}', '{ runAsUser: -1 }', 'wrong-form'],
    ['{}', '{ runAsUser: 0, runAsNonRoot: true }', 'wrong-form'],
  ])('of a pod %s and a container %s is refused', (whole, one, code) => {
    const { users, codes } = read(pod(whole, one))
    expect(users).toEqual([])
    expect(codes).toContain(code)
  })

  test.each([
    ['{}', '{ runAsNonRoot: true }', 'root-not-excluded'],
    ['{ runAsUser: 5 }', '{ runAsNonRoot: true }', 'kept'],
    ['{}', '{ runAsNonRoot: false }', 'kept'],
    ['{}', '{ runAsGroup: 5 }', 'group-of-user'],
    ['{ fsGroup: 5 }', '{}', 'no-volume-group'],
    ['{ supplementalGroups: [5] }', '{}', 'no-groups'],
  ])('of a pod %s and a container %s: said as %s', (whole, one, code) => {
    const { users, codes } = read(pod(whole, one))
    expect(users).toHaveLength(1)
    expect(codes).toContain(code)
  })

  test('has no further groups', () => {
    expect(read(compose('group_add: [5]')).codes).toEqual(['no-groups'])
  })
})
