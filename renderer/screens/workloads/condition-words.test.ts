import { expect, it } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { makeInstance, makeWorkload } from '../../testing/shapes.ts'
import { besideCopies, conditionText } from './condition-words.ts'

const { t } = createText('en')

it('names no command where the window has a button', () => {
  const said = (code: string) =>
    conditionText({ code, message: 'It goes on by: mycelium resume page' }, t)
  expect(said('PAUSED')).toBe('Paused: nothing of it runs until it goes on.')
  expect(said('ROLLOUT_PAUSED')).not.toContain('mycelium')
  expect(said('NODE_LOST')).toBe('It goes on by: mycelium resume page')
})

it('leaves out beside the copies what stands in their place', () => {
  const paused = { at: '2026-11-20T10:00:00.000Z', by: { id: 'a', name: 'ada' }, copies: 1 }
  const conditions = [{ code: 'PAUSED', message: 'Paused.' }]
  const web = makeWorkload({ name: 'web', status: 'Paused', paused, conditions })
  expect(besideCopies(web)).toEqual([])
  // The last one is still on its way out.
  const ending = [makeInstance({ nodeName: 'attic', status: 'Stopping' })]
  expect(besideCopies({ ...web, instances: ending })).toEqual(conditions)
})
