/** Writing and listing secrets; what keeps them readable goes on in `wrapping.ts`. */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { untilShown } from '../../control/primary/index.ts'
import type { PutOptions, SecretFacts, Secrets, SecretsDeps } from './index.ts'
import { PUT_TRIES_MAX, SECRET_VALUE_BYTES_MAX } from './limits.ts'
import {
  createReaderList,
  holdersOf,
  namespaceOf,
  type ReaderList,
  type SecretRow,
  type View,
  wrapFor,
} from './readers.ts'
import { openRow, sealValue } from './sealed-value.ts'
import { createWrapping } from './wrapping.ts'

export function createSecrets(deps: SecretsDeps): Secrets {
  const { primary, clock } = deps
  const wrapping = createWrapping(deps)

  function copy(): View {
    const view = primary.view()
    if (view) return view
    if (primary.status().committee) {
      throw new MyceliumError('UNAVAILABLE', 'This node has no copy of the registry yet.')
    }
    throw new MyceliumError('NO_PRIMARY', 'Secrets need a committee, and none is known here.')
  }

  function factsOf(name: string, row: SecretRow, readers: ReaderList): SecretFacts {
    const holding = holdersOf(row)
    const entitled = new Set(readers.of(name, deps.owner).map(({ node }) => node))
    const all = [...new Set([...holding, ...entitled])].sort()
    return {
      ...{ name, version: row.version },
      readers: all.map((node) => {
        if (!entitled.has(node)) return { node, state: 'former' }
        return { node, state: holding.has(node) ? 'ready' : 'waiting' }
      }),
    }
  }

  /** Sealed for those who may read it now. */
  async function attempt(
    name: string,
    value: Uint8Array,
    { version, signal }: PutOptions,
  ): Promise<SecretFacts> {
    const view = copy()
    const held = view.secret(name)?.version ?? 0
    if (version === '*' && held === 0) throw new MyceliumError('NOT_FOUND', noSecret(name))
    const readers = createReaderList(view).of(name, deps.owner)
    // Sealed for nobody it would be lost.
    if (readers.length === 0) {
      throw new MyceliumError('UNAVAILABLE', 'No node that may read it is registered yet.')
    }
    const place = { network: deps.network, name }
    const { sealed, wraps } = sealValue(place, value, readers, deps.random)
    const expect = version === '*' ? held : version
    const body = { ...{ name, sealed, wraps }, ...(expect !== undefined && { expect }) }
    const done = await primary.execute({ kind: 'secret.put', body }, signal && { signal })
    const written = versionIn(done)
    await untilShown(primary, clock, () => (copy().secret(name)?.version ?? 0) >= written)
    const nodes = readers.map(({ node }) => ({ node, state: 'ready' as const }))
    return { name, version: written, readers: nodes }
  }

  return {
    async put(name, value, options = {}) {
      if (value.byteLength > SECRET_VALUE_BYTES_MAX) {
        const details = { bytesMax: SECRET_VALUE_BYTES_MAX }
        throw new MyceliumError('TOO_LARGE', 'A secret is at most 65,000 bytes.', { details })
      }
      for (let tries = 1; ; tries++) {
        try {
          return await attempt(name, value, options)
        } catch (error) {
          const hasMoved = options.version === '*' && isCode(error, 'CONFLICT')
          const isOver = tries >= PUT_TRIES_MAX || !(hasMoved || isCode(error, 'NOT_A_READER'))
          if (isOver) throw worded(error, name)
          // This copy is behind the one that refused; what it lacks is under way.
          await untilMoved()
        }
      }
    },
    list(prefix, page) {
      const view = copy()
      const readers = createReaderList(view)
      return view.secrets(prefix, page).map(([name, row]) => factsOf(name, row, readers))
    },
    open(name) {
      const row = copy().secret(name)
      if (!row) throw new MyceliumError('NOT_FOUND', noSecret(name))
      const wrapped = wrapFor(row, deps.self)
      const place = { network: deps.network, name }
      const opened = wrapped && openRow(place, { sealed: row.sealed, wrapped }, deps.key)
      if (opened) return { version: row.version, value: opened.value }
      const why = `This node waits for the key to “${name}” from one that has it. Try again.`
      throw new MyceliumError('UNAVAILABLE', why)
    },
    // Rows are never changed in place, and a new reader's takes these bytes along.
    markOf: (name) => primary.view()?.secret(name)?.sealed,
    onChange(listener) {
      let seen = primary.view()?.markOf('secrets')
      return primary.subscribe(() => {
        const mark = primary.view()?.markOf('secrets')
        if (mark === seen) return
        seen = mark
        listener()
      })
    },
    async delete(name, { version, signal } = {}) {
      const body = { name, ...(version !== undefined && { expect: version }) }
      try {
        await primary.execute({ kind: 'secret.delete', body }, signal && { signal })
      } catch (error) {
        throw worded(error, name)
      }
      await untilShown(primary, clock, () => copy().secret(name) === undefined)
    },
    start: async () => wrapping.start(),
    stop: () => wrapping.stop(),
  }

  function untilMoved(): Promise<void> {
    let moved = false
    const forget = primary.subscribe(() => {
      moved = true
    })
    return untilShown(primary, clock, () => moved).finally(forget)
  }
}

const noSecret = (name: string): string => `There is no secret “${name}”.`

/** In words of secrets, with the registry's code. */
function worded(error: unknown, name: string): unknown {
  if (!(error instanceof MyceliumError)) return error
  const { code, details } = error
  const message = wordsFor(code, name)
  if (message === undefined) return error
  // The contract's word for a condition that does not hold.
  const told = code === 'CONFLICT' ? 'REVISION_MISMATCH' : code
  return new MyceliumError(told, message, { cause: error, ...(details && { details }) })
}

function wordsFor(code: string, name: string): string | undefined {
  switch (code) {
    case 'NOT_FOUND':
      return noSecret(name)
    case 'CONFLICT':
      return `The secret “${name}” has moved on: it is at another version.`
    case 'NAME_TAKEN':
      return `The name “${namespaceOf(name)}” is another owner’s.`
    default:
      return undefined
  }
}

function versionIn(done: unknown): number {
  const version: unknown = typeof done === 'object' && done !== null && Reflect.get(done, 'version')
  if (typeof version === 'number') return version
  throw new TypeError('The registry has answered a secret without its version.')
}
