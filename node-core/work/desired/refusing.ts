/** What the registry refuses about a workload, in the words and codes of those who deploy. */
import { MyceliumError } from '../../base/errors/index.ts'

export function nameTaken(name: string): MyceliumError {
  return new MyceliumError('CONFLICT', `There is a workload “${name}” already.`, {
    details: { reason: 'NAME_TAKEN' },
  })
}

export function refusalOf(error: unknown, name: string): unknown {
  if (!(error instanceof MyceliumError)) return error
  switch (error.code) {
    case 'CONFLICT': {
      const generation = Number(Reflect.get(error.details ?? {}, 'generation') ?? 0)
      const message = `“${name}” has been changed meanwhile: it is at generation ${generation} now.`
      return generation === 0
        ? new MyceliumError('CONFLICT', `“${name}” has been ended. Deploy it anew.`, {
            details: { reason: 'DELETED' },
          })
        : new MyceliumError('CONFLICT', message, { details: { reason: 'CHANGED', generation } })
    }
    case 'NAME_TAKEN':
      return new MyceliumError(
        'CONFLICT',
        `“${name}” is another owner’s name. Take one of your own.`,
        {
          details: { reason: 'NAME_TAKEN' },
        },
      )
    case 'NO_QUORUM':
      return new MyceliumError('NO_QUORUM', `${WAITS} “${name}” is as it was, ${LATER}`, {
        cause: error,
      })
    default:
      return error
  }
}

const WAITS = 'This waits for a quorum: no majority of the committee answers.'
const LATER =
  'unless the change still reached somebody: look again once one does. What runs goes on.'
