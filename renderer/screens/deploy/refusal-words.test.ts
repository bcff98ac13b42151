import { expect, it } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { refusalWords } from './refusal-words.ts'

const { t } = createText('en')

it('names the secrets of which one alone is there', () => {
  const half = { kept: 'db/password', missing: 'web/password' }
  const failed = { of: undefined, problem: { code: 'CONFLICT', message: '', fields: [] } }
  const { detail } = refusalWords({ names: [], begun: [], kept: [], failed, half }, t)
  expect(detail).toContain('The secrets db/password and web/password are to hold the same')
})

it('names the fields that are refused: they may be a screen away from the button', () => {
  const fields = ['name', 'containers.0.image', 'containers.0.ports'].map((path) => {
    return { path, message: 'Not valid.' }
  })
  const problem = { code: 'VALIDATION_ERROR', message: '', fields }
  const of = { name: 'Bad Name', containers: [{ image: '' }] }
  expect(refusalWords({ names: [], begun: [], kept: [], failed: { of, problem } }, t)).toEqual({
    title: 'Bad Name was not deployed',
    detail:
      'Look at what is marked: Name, Image, containers.0.ports. Nothing was started; what you entered is kept.',
  })
})
