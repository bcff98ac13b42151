import { expect, it } from 'vitest'
import { commandOf } from './command.ts'

it.each([
  ['', []],
  [' \n\n', []],
  ['sh\n-c\necho two words\n\n', ['sh', '-c', 'echo two words']],
  ['printf\n\n%s', ['printf', '', '%s']],
])('%o is the command %o', (text, command) => {
  expect(commandOf(text)).toEqual(command)
})
