/** What compose and `docker run` take from such lines. */
import { expect, test } from 'vitest'
import { readEnvText, readRawEnvText, variablesIn } from './env-text.ts'

const value = (text: string) => readEnvText(text)?.map((line) => line.value)

test.each([
  ['A=abc#def', 'abc#def'],
  ['A=#def', '#def'],
  ['A=abc #def', 'abc'],
  ['A=  abc\t# def', 'abc'],
  ['A= # nothing', ''],
  ['A=', ''],
  ['A: 5', '5'],
  ['export A = b c ', 'b c'],
  ["A=it's", "it's"],
  ['A="a\\"b # c" # d', 'a"b # c'],
  ['A="a\\nb\\\\n"', 'a\nb\\n'],
  ['A=\'a\\nb "c" # d\'', 'a\\nb "c" # d'],
  ['A="a\nb"', 'a\nb'],
  ['\uFEFFA=b\r\n', 'b'],
])('compose reads %j as %j', (text, read) => {
  expect(value(`# first\n\n${text}\n# last`)).toEqual([read])
  expect(value(`${text}\nB=2`)).toEqual([read, '2'])
})

test('a name alone is handed through, and single quotes are not filled in', () => {
  expect(readEnvText("H\nA='$H'\nB=$H # c\nC")).toEqual([
    { name: 'H', value: undefined, isRaw: true },
    { name: 'A', value: '$H', isRaw: true },
    { name: 'B', value: '$H', isRaw: false },
    { name: 'C', value: undefined, isRaw: true },
  ])
})

test.each(['A="b', "A='b", '=b', 'A b'])('%j cannot be read', (text) => {
  expect(readEnvText(text)).toBeUndefined()
  expect(variablesIn(text)).toBeUndefined()
})

test('docker run takes all behind the first sign', () => {
  expect(readRawEnvText('# c\n\n A="b" # c \r\nB=c=d\nH\n')).toEqual([
    { name: 'A', value: '"b" # c ', isRaw: true },
    { name: 'B', value: 'c=d', isRaw: true },
    { name: 'H', value: undefined, isRaw: true },
  ])
})

test('what is said before is filled in', () => {
  expect(variablesIn('A=1\nB=$A.2\nC=\'$A\'\nD=a\\$\nE="\\$A"\nF')).toEqual({
    ...{ A: '1', B: '1.2', C: '$A', D: 'a\\$', E: '$A' },
  })
})
