/**
 * Secrets that instances are handed (docs/adr/0023): variables once, files for as long as the instance
 * runs, written anew whenever a value changes. The files lie in the folder of the instance's door.
 */
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { SECRETS_FOLDER } from '../../../work/runners/index.ts'
import type { Secrets } from '../../../work/secrets/index.ts'
import type { SecretUse } from '../../../work/spec/index.ts'
import type { Standing } from '../../handlers/index.ts'
import { SECRETS_RETRY_MS } from './limits.ts'

export interface HandedSecrets {
  /**
   * Writes the files, keeps them current until the instance is forgotten, and gives the variables. Throws as
   * `Handing` says; what is found running has its files as soon as there is something to write.
   */
  hand(id: string, handing: Handing): Promise<Record<string, string>>
  /** The instance has ended. */
  forget(id: string): void
  stop(): Promise<void>
}

/** Throws SECRET_MISSING, SECRET_WAITING while the key or the registry has yet to come. */
export interface Handing {
  workload: string
  /** Undefined while nobody has told this node what the workload is. */
  uses(): readonly SecretUse[] | undefined
  /** Of its door. */
  folder: string
  standing(): Standing
}

export interface HandedSecretsDeps {
  secrets: Pick<Secrets, 'open' | 'markOf' | 'onChange'>
  clock: Clock
  logger: Logger
}

interface Held extends Handing {
  /** As it was when it was first known: what a later generation uses is not for this instance. */
  known?: readonly SecretUse[] | undefined
  /** What each file was written from, by its name. */
  marks: Map<string, object>
  /** Two that write one file at once would take it from each other. */
  turn: Promise<void>
}

export function createHandedSecrets(deps: HandedSecretsDeps): HandedSecrets {
  const held = new Map<string, Held>()
  let unsubscribe: (() => void) | undefined
  let renewing: Promise<void> = Promise.resolve()
  let isDue = false
  let cancelRetry: (() => void) | undefined

  /** One look sees all that has changed before it begins. */
  function renew(): void {
    if (isDue || held.size === 0) return
    isDue = true
    renewing = renewing.then(renewAll)
  }

  async function renewAll(): Promise<void> {
    isDue = false
    let isOwed = false
    for (const [id, one] of held) {
      const uses = whatItUses(one)
      if (!uses) isOwed = true
      for (const use of uses ?? []) {
        await write(one, use).catch((error: unknown) => {
          // What it has stays: a secret that was deleted is not taken out of a running program's hands.
          deps.logger.debug('A secret was not renewed.', { id, why: messageOf(error) })
          if (!isCode(error, 'SECRET_MISSING')) isOwed = true
        })
      }
    }
    // Not of every reason is this node told when it is over.
    if (isOwed) renewLater()
  }

  function renewLater(): void {
    if (held.size === 0) return
    cancelRetry ??= deps.clock.timer(SECRETS_RETRY_MS, () => {
      cancelRetry = undefined
      renew()
    })
  }

  /** Undefined while this node does not know what it is, or whose. */
  function whatItUses(one: Held): readonly SecretUse[] | undefined {
    if (one.standing() !== 'own') return undefined
    one.known ??= one.uses()
    return one.known
  }

  function write(one: Held, use: SecretUse): Promise<void> {
    const written = one.turn.then(() => writeIfChanged(one, use))
    one.turn = written.catch(() => {
      // Whoever asked is told.
    })
    return written
  }

  /** The file whole or not at all, and only where it has changed: to open a secret takes its time. */
  async function writeIfChanged({ folder, marks }: Held, { name, file }: SecretUse): Promise<void> {
    if (file === undefined) return
    const mark = deps.secrets.markOf(name)
    if (mark !== undefined && mark === marks.get(file)) return
    const { value } = opened(name)
    const place = path.join(folder, SECRETS_FOLDER)
    await placeFile(path.join(place, `.${file}.new`), path.join(place, file), value)
    if (mark !== undefined) marks.set(file, mark)
  }

  function opened(name: string): { value: Uint8Array } {
    try {
      return deps.secrets.open(name)
    } catch (error) {
      if (isCode(error, 'NOT_FOUND')) {
        const hint = `There is no secret “${name}”: mycelium secret set ${name}`
        throw new MyceliumError('SECRET_MISSING', hint)
      }
      throw new MyceliumError('SECRET_WAITING', messageOf(error), { cause: error })
    }
  }

  return {
    async hand(id, handing) {
      const uses = handing.uses()
      if (uses?.length === 0) return {}
      unsubscribe ??= deps.secrets.onChange(renew)
      const place = path.join(handing.folder, SECRETS_FOLDER)
      await mkdir(place, { recursive: true })
      await chmod(place, 0o755)
      const turn = held.get(id)?.turn ?? Promise.resolve()
      const one: Held = { ...handing, known: uses, marks: new Map(), turn }
      // Before anything is written: what runs already and cannot have it now is to have it later.
      held.set(id, one)
      try {
        mayRead(handing.workload, handing.standing())
        for (const use of uses ?? []) await write(one, use)
      } finally {
        // For what changed while the others were written, and for what could not be.
        renew()
      }
      return Object.fromEntries(
        (uses ?? []).flatMap(({ name, env }) => (env ? [[env, textOf(name)]] : [])),
      )
    },
    forget: (id) => void held.delete(id),
    async stop() {
      unsubscribe?.()
      unsubscribe = undefined
      cancelRetry?.()
      cancelRetry = undefined
      held.clear()
      await renewing
    },
  }

  function textOf(name: string): string {
    const { value } = opened(name)
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(value)
      if (!text.includes('\0')) return text
    } catch {
      // Said below.
    }
    const message = `“${name}” is no text, and a variable can hold nothing else: hand it over as a file.`
    throw new MyceliumError('SECRET_MISSING', message)
  }
}

/** What a node that was killed left in the way goes first: it may be read-only, or lead elsewhere. */
async function placeFile(fresh: string, file: string, value: Uint8Array): Promise<void> {
  await rm(fresh, { force: true })
  try {
    await writeFile(fresh, value, { mode: 0o600 })
    // The mode that it is created with is cut down by the umask.
    await chmod(fresh, 0o444)
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

function mayRead(workload: string, standing: Standing): void {
  if (standing === 'own') return
  if (standing === 'unknown') {
    throw new MyceliumError('SECRET_WAITING', 'This node has no copy of the registry yet.')
  }
  const message = `The secrets under “${workload}/” are not those of this workload’s owner.`
  throw new MyceliumError('SECRET_MISSING', message)
}
