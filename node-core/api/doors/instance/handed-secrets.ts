/**
 * Secrets that instances are handed (docs/adr/0023): variables once, files for as long as the instance
 * runs, written anew whenever a value changes. The files lie in the folder of the instance's door.
 */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { SECRETS_FOLDER } from '../../../work/runners/index.ts'
import type { Secrets } from '../../../work/secrets/index.ts'
import type { SecretUse } from '../../../work/spec/index.ts'
import type { Standing } from '../../handlers/index.ts'

export interface HandedSecrets {
  /** Writes the files, keeps them current, and gives the variables. Throws as `Handing` says. */
  hand(id: string, handing: Handing): Promise<Record<string, string>>
  /** The instance has ended. */
  forget(id: string): void
  stop(): Promise<void>
}

/** Throws SECRET_MISSING, SECRET_WAITING while the key or the registry has yet to come. */
export interface Handing {
  workload: string
  uses: readonly SecretUse[]
  /** Of its door. */
  folder: string
  standing: Standing
}

export interface HandedSecretsDeps {
  secrets: Pick<Secrets, 'open' | 'markOf' | 'onChange'>
  logger: Logger
}

interface Held extends Pick<Handing, 'uses' | 'folder'> {
  /** What each file was written from, by its name. */
  marks: Map<string, object>
}

export function createHandedSecrets(deps: HandedSecretsDeps): HandedSecrets {
  const held = new Map<string, Held>()
  let unsubscribe: (() => void) | undefined
  let renewing: Promise<void> = Promise.resolve()
  let isDue = false

  /** One look sees all that has changed before it begins. */
  function renew(): void {
    if (isDue || held.size === 0) return
    isDue = true
    renewing = renewing.then(renewAll)
  }

  async function renewAll(): Promise<void> {
    isDue = false
    for (const [id, one] of held) {
      for (const use of one.uses) {
        await write(one, use).catch((error: unknown) => {
          // What it has stays: a secret that was deleted is not taken out of a running program's hands.
          deps.logger.debug('A secret was not renewed.', { id, why: messageOf(error) })
        })
      }
    }
  }

  /** The file whole or not at all, and only where it has changed: to open a secret takes its time. */
  async function write({ folder, marks }: Held, { name, file }: SecretUse): Promise<void> {
    if (file === undefined) return
    const mark = deps.secrets.markOf(name)
    if (mark !== undefined && mark === marks.get(file)) return
    const { value } = opened(name)
    const place = path.join(folder, SECRETS_FOLDER)
    const fresh = path.join(place, `.${file}.new`)
    await writeFile(fresh, value, { mode: 0o444 })
    await rename(fresh, path.join(place, file))
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
    async hand(id, { workload, uses, folder, standing }) {
      if (uses.length === 0) return {}
      mayRead(workload, standing)
      unsubscribe ??= deps.secrets.onChange(renew)
      const place = path.join(folder, SECRETS_FOLDER)
      await mkdir(place, { recursive: true })
      await chmod(place, 0o755)
      const one = { uses, folder, marks: new Map<string, object>() }
      for (const use of uses) await write(one, use)
      held.set(id, one)
      // For what changed while the others were written.
      renew()
      return Object.fromEntries(uses.flatMap(({ name, env }) => (env ? [[env, textOf(name)]] : [])))
    },
    forget: (id) => void held.delete(id),
    async stop() {
      unsubscribe?.()
      unsubscribe = undefined
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

function mayRead(workload: string, standing: Standing): void {
  if (standing === 'own') return
  if (standing === 'unknown') {
    throw new MyceliumError('SECRET_WAITING', 'This node has no copy of the registry yet.')
  }
  const message = `The secrets under “${workload}/” are not those of this workload’s owner.`
  throw new MyceliumError('SECRET_MISSING', message)
}
