/** The thread in which images leave an engine and enter one, from the node's side. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Clock } from '../../../base/clock/index.ts'
import { assert } from '../../../base/errors/index.ts'
import { createThread, type Thread } from '../../../base/thread/index.ts'
import type { Written } from '../../../storage/blobs/index.ts'
import { engineError } from './engine-errors.ts'
import type { ArchiveFile } from './image-archive.ts'
import type { ImageAnswer, ImageQuestion } from './image-questions.ts'
import { START_MS } from './limits.ts'
import type { EngineAddress } from './socket.ts'

/** A part of an image that the engine is handing out. */
export interface SavedPart {
  sizeBytes: number
  /** Into a new file; to be called once, before the next part is asked for. */
  write(file: string): Promise<Written>
}

export interface ImageThread {
  /** The engine's archive, taken apart. */
  saveImage(id: string, signal: AbortSignal): AsyncGenerator<SavedPart>
  /** Takes an archive in file by file; the ids of what it made of it, as far as it says them. */
  loadImage(files: AsyncIterable<ArchiveFile>): Promise<string[]>
  end(): Promise<void>
}

const loadReport = z.object({ error: z.string().optional(), stream: z.string().optional() })
const LOADED = /^Loaded image ID: (sha256:[0-9a-f]{64})/

export function createImageThread(locate: () => EngineAddress, clock: Clock): ImageThread {
  const thread: Thread<ImageQuestion, ImageAnswer> = createThread(
    // Written in one piece, since bundlers look for exactly this form.
    () => new Worker(new URL('./image-worker.ts', import.meta.url)),
    clock,
  )
  let jobs = 0

  async function ask<Kind extends ImageAnswer['kind']>(question: ImageQuestion, kind: Kind) {
    const answer = await thread.ask(question)
    assert(isOf(answer, kind), `the thread answers with ${kind}`)
    return answer
  }

  /** The connection to the engine ends with it, and at once where nobody wants it any more. */
  function beginJob(signal?: AbortSignal) {
    const job = jobs++
    const letGo = thread.hold()
    const drop = (): void => void thread.ask({ job, ask: 'drop' }).catch(() => {})
    signal?.addEventListener('abort', drop, { once: true })
    const end = (): void => {
      signal?.removeEventListener('abort', drop)
      drop()
      letGo()
    }
    return { job, drop, end }
  }

  return {
    async *saveImage(imageId, signal) {
      signal.throwIfAborted()
      const { job, drop, end } = beginJob(signal)
      try {
        const late = clock.timer(START_MS, drop)
        await ask({ job, ask: 'save', engine: locate(), imageId }, 'done').finally(late)
        for (;;) {
          signal.throwIfAborted()
          const { sizeBytes } = await ask({ job, ask: 'part' }, 'part')
          if (sizeBytes === undefined) return
          yield {
            sizeBytes,
            async write(file) {
              const { hex, digests } = await ask({ job, ask: 'keep', file }, 'kept')
              return { hex, digests, sizeBytes }
            },
          }
        }
      } catch (error) {
        signal.throwIfAborted()
        throw error
      } finally {
        end()
      }
    },

    async loadImage(files) {
      const { job, end } = beginJob()
      try {
        await ask({ job, ask: 'load', engine: locate() }, 'done')
        for await (const file of files) {
          if (!(await ask({ job, ask: 'give', file }, 'given')).goesOn) break
        }
        // It answers once it has read everything, so no time is set for that.
        const { report } = await ask({ job, ask: 'finish' }, 'finished')
        return idsIn(report)
      } finally {
        end()
      }
    },

    end: thread.end,
  }
}

function idsIn(report: readonly unknown[]): string[] {
  return report.flatMap((line) => {
    const { error, stream = '' } = loadReport.parse(line)
    if (error) throw engineError(Object.assign(new Error(error), { statusCode: 500 }))
    return LOADED.exec(stream)?.[1] ?? []
  })
}

function isOf<Kind extends ImageAnswer['kind']>(
  answer: ImageAnswer,
  kind: Kind,
): answer is Extract<ImageAnswer, { kind: Kind }> {
  return answer.kind === kind
}
