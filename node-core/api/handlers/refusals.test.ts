import { expect, it } from 'vitest'
import { REFUSAL_CODES } from '../../control/registry/index.ts'
import { answerTo } from '../contract/errors.ts'

it('has an answer to every refusal of the registry: none is taken for a fault of the node', () => {
  expect(REFUSAL_CODES.filter((code) => answerTo(code) === undefined)).toEqual([])
})
