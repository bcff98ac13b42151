/**
 * What an image costs of a processor where it leaves an engine and where it enters one: what passes here
 * would otherwise pass through the heap of the whole node.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { assert, MyceliumError, unreachable } from '../../../base/errors/index.ts'
import { TAR_END, tarEntry } from '../../../base/tar/index.ts'
import { createPieceHasher } from '../../../storage/pieces/index.ts'
import { engineError } from './engine-errors.ts'
import { beginRequest } from './engine-request.ts'
import { entryOf } from './image-archive.ts'
import type { ImageAnswer, ImageQuestion } from './image-questions.ts'
import { jsonLines } from './json-lines.ts'
import { filesIn, type TarFile } from './tar-reading.ts'

/** The engine may take minutes to begin: what is asked of it can be dropped from the first moment. */
interface Save {
  sent: ClientRequest
  files: Promise<AsyncGenerator<TarFile>>
  part?: TarFile
}

interface Load {
  sent: ClientRequest
  answer: Promise<IncomingMessage>
  answered: boolean
}

const saves = new Map<number, Save>()
const loads = new Map<number, Load>()

/** What holds the parts of images: configurations, manifests and layers, in either layout. */
const PART = /^([0-9a-f]{64}\.json|[0-9a-f]{64}\/layer\.tar|blobs\/sha256\/[0-9a-f]{64})$/

export async function answerImage(question: ImageQuestion): Promise<ImageAnswer> {
  const { job } = question
  switch (question.ask) {
    case 'save': {
      const path = `/images/${question.imageId}/get`
      const { sent, answer } = beginRequest(question.engine, { method: 'GET', path })
      const files = answer.then((archive) => filesIn(chunksOf(archive)))
      saves.set(job, { sent, files })
      await files
      return { kind: 'done' }
    }
    case 'part':
      return { kind: 'part', sizeBytes: await nextPart(of(saves, job)) }
    case 'keep':
      return keep(of(saves, job), question.file)
    case 'load':
      loads.set(job, beginLoad(question))
      return { kind: 'done' }
    case 'give':
      return { kind: 'given', goesOn: await give(of(loads, job), tarEntry(entryOf(question.file))) }
    case 'finish':
      return { kind: 'finished', report: await finish(of(loads, job)) }
    case 'drop':
      saves.get(job)?.sent.destroy()
      loads.get(job)?.sent.destroy()
      saves.delete(job)
      loads.delete(job)
      return { kind: 'done' }
    default:
      return unreachable(question)
  }
}

function of<Job>(jobs: ReadonlyMap<number, Job>, job: number): Job {
  const found = jobs.get(job)
  // One that nobody wants any more may have been asked for its next part just then.
  if (found) return found
  throw new MyceliumError('ENGINE_UNAVAILABLE', 'What was asked of the engine was dropped.')
}

async function nextPart(save: Save): Promise<number | undefined> {
  const files = await save.files
  for (;;) {
    const { value, done } = await files.next()
    if (done) return undefined
    if (!PART.test(value.name)) continue
    save.part = value
    return value.sizeBytes
  }
}

async function* chunksOf(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* answer
  } catch (error) {
    throw engineError(error)
  }
}

async function keep({ part }: Save, file: string): Promise<ImageAnswer> {
  assert(part, 'there is a part to be kept')
  const whole = createHash('sha256')
  const pieces = createPieceHasher()
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    for await (const bytes of part.content) {
      whole.update(bytes)
      pieces.take(bytes)
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(descriptor, bytes, done)
    }
  } finally {
    closeSync(descriptor)
  }
  return { kind: 'kept', hex: whole.digest('hex'), digests: pieces.digests() }
}

function beginLoad({ engine }: Extract<ImageQuestion, { ask: 'load' }>): Load {
  const headers = { 'content-type': 'application/tar', 'transfer-encoding': 'chunked' }
  const load: Load = {
    ...beginRequest(engine, { method: 'POST', path: '/images/load', headers }),
    answered: false,
  }
  const end = (): void => {
    load.answered = true
  }
  load.answer.then(end, end)
  return load
}

/** False once the engine has answered: one that answers early reads no further. */
async function give(
  load: Load,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<boolean> {
  const answered = load.answer.then(
    () => {},
    () => {},
  )
  for await (const bytes of chunks) {
    if (load.answered) return false
    // Waited for to its end: what it lies in is used again for the next.
    const written = new Promise<void>((resolve) => load.sent.write(bytes, () => resolve()))
    await Promise.race([written, answered])
  }
  return !load.answered
}

async function finish(load: Load): Promise<unknown[]> {
  await give(load, [TAR_END])
  load.sent.end()
  const response = await load.answer
  const report: unknown[] = []
  for await (const line of jsonLines(chunksOf(response))) report.push(line)
  return report
}
