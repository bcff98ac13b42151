import { expect, it } from 'vitest'
import { TRUST_FILE, trustSteps } from './trust-steps.ts'

it('gives every system the file that was saved', () => {
  const commands = trustSteps().flatMap(({ command }) => command ?? [])
  expect(commands).toHaveLength(4)
  for (const command of commands) expect(command.split(' ')).toContain(TRUST_FILE)
})
