import { expect, test } from 'vitest'
import { wrongSetting } from './settings.ts'

const ID = 'a'.repeat(64)

test.each([
  ['recovery/witness', 'https://library.example/elm.spore'],
  [`committee/${ID}`, 'never'],
  [`publisher/${ID}`, { since: '2026-11-27T12:00:00.000Z' }],
])('a vote may change %s', (setting, value) => {
  expect(wrongSetting(setting, value)).toBeUndefined()
})

test.each([
  ['foo', 1, 'change.setting', /^There is no setting “foo”\. There are: recovery\/witness=/],
  ['committee/anna', 'never', 'change.setting', /committee\/NODE=/],
  ['recovery/witness', 1, 'change.value', /recovery\/witness=LOCATION/],
  [`committee/${ID}`, 'maybe', 'change.value', /=always or =never/],
  [`publisher/${ID}`, true, 'change.value', /"since"/],
])('a vote may not: %s=%j', (setting, value, path, message) => {
  expect(wrongSetting(setting, value)).toEqual({ path, message: expect.stringMatching(message) })
})
