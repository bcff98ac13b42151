/**
 * The settings that a vote may change: those that somebody reads. The registry keeps any, since a newer
 * release may read more than this one; so what was misspelt is refused here, before people vote on it.
 */
import { z } from 'zod'
import { parseNodeId } from '../../base/net/index.ts'
import { choiceSetting } from '../../control/primary/index.ts'
import type { FieldProblem } from '../contract/index.ts'

interface Known {
  /** For people: the name, and what it takes. */
  text: string
  is(name: string): boolean
  value: z.ZodType
}

/** Of the registry: where the witness lies. */
export const WITNESS_SETTING = 'recovery/witness'
const PUBLISHER = /^publisher\/[0-9a-f]{64}$/

const KNOWN: readonly Known[] = [
  {
    text: `${WITNESS_SETTING}=LOCATION`,
    is: (name) => name === WITNESS_SETTING,
    value: z.string().min(1),
  },
  {
    text: 'committee/NODE=always or =never',
    is(name) {
      const node = parseNodeId(name.slice(name.indexOf('/') + 1))
      return node !== undefined && name === choiceSetting(node)
    },
    value: z.enum(['always', 'never']),
  },
  {
    text: 'publisher/KEY={"since":"TIME"}',
    is: (name) => PUBLISHER.test(name),
    value: z.strictObject({ since: z.iso.datetime() }),
  },
]

export function wrongSetting(setting: string, value: unknown): FieldProblem | undefined {
  const known = KNOWN.find((one) => one.is(setting))
  if (!known) {
    const message = `There is no setting “${setting}”. There are: ${KNOWN.map(({ text }) => text).join(', ')}.`
    return { path: 'change.setting', message }
  }
  if (known.value.safeParse(value).success) return undefined
  return { path: 'change.value', message: `That is no value for it: ${known.text}.` }
}
