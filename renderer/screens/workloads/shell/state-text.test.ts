import { expect, test } from 'vitest'
import { createText } from '../../../i18n/index.ts'
import { stateText } from './state-text.ts'

const { t } = createText('en')
const message = 'There is no program “/bin/sh” in the container web-0-a.'

test('what never began is said as it is, and not to be cut off', () => {
  const problem = { code: 'CONFLICT', reason: 'NOT_RUNNABLE', message, fields: [] }
  expect(stateText({ at: 'broken', problem }, t)).toBe(message)
})

test('what was cut off is said to be', () => {
  const problem = { code: 'FORBIDDEN', message, fields: [] }
  expect(stateText({ at: 'broken', problem }, t)).toBe(`It was cut off: ${message}`)
  expect(stateText({ at: 'broken' }, t)).not.toContain('web-0-a')
})
