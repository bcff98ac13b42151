/**
 * What the forwarder of an instance is made of (docs/adr/0034): an image without files, and this
 * computer's Node with the libraries that it names as its own, each mounted read-only beside one file
 * of ours.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Engine } from './engine.ts'
import {
  type ForwarderProfile,
  type ForwarderRequest,
  type ForwarderStuff,
  forwarderProfile,
} from './forwarder-profile.ts'
import { FORWARDER_START_MS } from './limits.ts'

/** No part's name has a dot in front. */
export const FORWARDER_PART = '.names'

export interface Forwarding {
  /** What a forwarder is made of, found once and kept. Throws NOT_SUPPORTED where there is no Node. */
  profile(request: ForwarderRequest): Promise<ForwarderProfile>
  /** The empty image was taken away: it is made again. */
  forget(): void
}

/**
 * @param runtime A Node of this computer; none where it has none.
 * @param folder Where the program is put, for the engine to mount. Made if missing.
 */
export function createForwarding(
  engine: Pick<Engine, 'importEmptyImage'>,
  runtime: string | undefined,
  folder: string,
): Forwarding {
  let stuff: Promise<ForwarderStuff> | undefined

  async function gather(): Promise<ForwarderStuff> {
    if (runtime === undefined) {
      throw new MyceliumError(
        'NOT_SUPPORTED',
        'Names of other workloads need Node on this computer, and there is none.',
        { details: { reason: 'NO_NODE_RUNTIME' } },
      )
    }
    const [image, libraries, program] = await Promise.all([
      engine.importEmptyImage(),
      librariesOf(runtime),
      placeProgram(folder),
    ])
    return { image, runtime, libraries, program }
  }

  return {
    async profile(request) {
      stuff ??= gather()
      try {
        return forwarderProfile(request, await stuff)
      } catch (error) {
        stuff = undefined
        throw error
      }
    },
    forget() {
      stuff = undefined
    },
  }
}

/** Those that it has loaded, its loader among them; `linux-vdso.so.1` is no file. */
async function librariesOf(runtime: string): Promise<string[]> {
  const ask = 'process.stdout.write(JSON.stringify(process.report.getReport().sharedObjects))'
  try {
    const { stdout } = await promisify(execFile)(runtime, ['-e', ask], { env: {} })
    return z.array(z.string()).parse(JSON.parse(stdout)).filter(path.isAbsolute)
  } catch (error) {
    const message = `Names of other workloads need a Node that runs: ${messageOf(error)}`
    throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'NO_NODE_RUNTIME' } })
  }
}

/** A copy, since the program may lie in an archive that the engine cannot look into. */
async function placeProgram(folder: string): Promise<string> {
  const source = new URL('./forwarder.ts', import.meta.url)
  const text = await readFile(source)
  await mkdir(folder, { recursive: true })
  const extension = path.extname(source.pathname) === '.ts' ? '.mts' : '.mjs'
  const file = path.join(folder, `forwarder${extension}`)
  await writeFile(file, text, { mode: 0o644 })
  return file
}

/** Returns when its ports are open, so that the parts never find them closed. */
export async function forwarderReady(engine: Engine, name: string, signal: AbortSignal) {
  const late = AbortSignal.timeout(FORWARDER_START_MS)
  const either = AbortSignal.any([signal, late])
  let said = ''
  const lines = await engine.logs(name, { signal: either })
  try {
    for await (const chunk of lines) {
      said += Buffer.from(chunk).toString('latin1')
      if (/ready\n/.test(said)) return
    }
  } catch (error) {
    signal.throwIfAborted()
    if (!late.aborted) throw error
  }
  const what = said.replace(/[^\x20-\x7e\n]/g, '').slice(-500)
  throw new MyceliumError('START_FAILED', `The names of other workloads did not open. ${what}`)
}
