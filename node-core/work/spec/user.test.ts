import { describe, expect, test } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm, templateOf } from './index.ts'
import { USER_MAX } from './limits.ts'
import { refusal } from './testing/refusal.ts'

const web = (more: object) => ({ name: 'web', containers: [{ image: 'web:1', ...more }] })

describe('the user of a container', () => {
  test.each(['1000', '0', '1000:1000', 'www-data', 'www-data:33', '_apt', `${USER_MAX}`])(
    'may be %s',
    (user) => {
      const workload = parseWorkload(web({ user }))
      expect(workload.parts[0].user).toBe(user)
      expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    },
  )

  test.each(['', ':', '1000:', ':1000', '-1', 'a b', 'a:b:c', `${USER_MAX + 1}`, '0:9999999999'])(
    'may not be “%s”',
    (user) => {
      expect(refusal(() => parseWorkload(web({ user })))).toEqual(['containers.0.user'])
    },
  )

  test('is the image’s own where none is named, makes another instance, and stays', () => {
    const [plain, named] = [parseWorkload(web({})), parseWorkload(web({ user: '1000' }))]
    expect(plain.parts[0]).not.toHaveProperty('user')
    expect(templateOf(named)).not.toBe(templateOf(plain))
    expect(applyChange(named, { image: 'web:2' }).parts[0].user).toBe('1000')
  })
})
