/** Capabilities that a container is to have, and those that it is to do without. */
import { CAPABILITIES } from '../spec/index.ts'
import type { Scope } from './report.ts'
import { type Tree, textOf } from './tree.ts'

const nameOf = (at: Tree): string => (textOf(at) ?? '').toUpperCase().replace(/^CAP_/, '')
const isKept = (name: string): boolean => CAPABILITIES.some((one) => one === name)

export function addCapability(at: Tree, { scope }: { scope: Scope }): void {
  scope.say(at, isKept(nameOf(at)) ? 'always-so' : 'capability')
}

/** Every container has some, whatever it is told to drop. */
export function dropCapability(at: Tree, { scope }: { scope: Scope }): void {
  const name = nameOf(at)
  if (name === 'ALL') {
    scope.say(
      at,
      'capabilities-stay',
      `All others are dropped. These stay: ${CAPABILITIES.join(', ')}.`,
    )
  } else scope.say(at, isKept(name) ? 'capabilities-stay' : 'always-so')
}
