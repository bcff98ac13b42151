import { expect, it } from 'vitest'
import type { AuditEntryView } from '../../../node-core/api/contract/index.ts'
import { byCommand } from './by-command.ts'

const entry = (command: string, at: number, what: AuditEntryView['what']): AuditEntryView => ({
  ...{ at: new Date(at).toISOString(), what, command, workload: 'web', instance: 'web-0-a' },
  ...{ owner: { id: 'o', name: 'ada' }, from: { id: 'n', name: 'attic' } },
  ...{ program: '/bin/sh', words: 0, terminal: true },
})

it('tells each command once, with how it ended, the latest first', () => {
  const told = byCommand([
    entry('1', 1, 'began'),
    entry('2', 2, 'began'),
    entry('1', 3, 'ended'),
    entry('3', 4, 'refused'),
  ])
  expect(told.map(({ first, last }) => [first.command, first.at, last.what])).toEqual([
    ['3', entry('3', 4, 'refused').at, 'refused'],
    ['2', entry('2', 2, 'began').at, 'began'],
    ['1', entry('1', 1, 'began').at, 'ended'],
  ])
})
