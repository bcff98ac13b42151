import { expect, it } from 'vitest'
import { jsonFault } from './json-fault.ts'

it.each([
  ['{"replicas": 1,}', 1, 16, 'key'],
  ['{\n  name: "web"\n}', 2, 3, 'quotes'],
  ['{"name" "web"}', 1, 9, 'colon'],
  ['{"name": web}', 1, 10, 'quotes'],
  ['{"name": "web" "replicas": 1}', 1, 16, 'comma'],
  ['[1 2]', 1, 4, 'comma'],
  ['[{]', 1, 3, 'key'],
  ['{"cpu": 1.}', 1, 9, 'number'],
  ['{} // mine', 1, 4, 'noComment'],
  ['[1,]', 1, 4, 'value'],
  ['{"name": "we\nb"}', 1, 10, 'text'],
  ['{} {}', 1, 4, 'end'],
  ['{"replicas": 01}', 1, 15, 'comma'],
])('%s is not JSON at line %i, column %i', (text, line, column, wanted) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(jsonFault(text)).toEqual({ line, column, wanted, isEnd: false })
})

it('says so of what goes deeper than it can be read', () => {
  expect(jsonFault('['.repeat(100_000))).toMatchObject({ wanted: 'shallower' })
})

it.each([
  ['[1', 'bracket'],
  ['{"a": 1', 'brace'],
])('%s is over before it is whole', (text, wanted) => {
  expect(jsonFault(text)).toMatchObject({ wanted, isEnd: true })
})

it('says that a text is over before it is whole', () => {
  expect(jsonFault('{"name": "web",\n')).toEqual({ line: 2, column: 1, wanted: 'key', isEnd: true })
})

it.each(['{}', ' [ ] ', '{"a": [{"b": "c\\"\\u00e4"}, -1.5e3, true], "d": null}', '"a"', '0'])(
  'finds nothing in %s',
  (text) => {
    expect(() => JSON.parse(text)).not.toThrow()
    expect(jsonFault(text)).toBeUndefined()
  },
)
