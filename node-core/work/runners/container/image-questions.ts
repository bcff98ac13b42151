/** What the thread of images is asked. Both ends are one program: nothing here is foreign. */
import type { ArchiveFile } from './image-archive.ts'
import type { EngineAddress } from './socket.ts'

export type ImageQuestion = {
  job: number
} /** The engine hands an image out; answered when it begins to. */ & (
  | { ask: 'save'; engine: EngineAddress; imageId: string }
  /** The next part of it, which is written into a new file then. */
  | { ask: 'part' }
  | { ask: 'keep'; file: string }
  /** The engine takes an image in, file by file. */
  | { ask: 'load'; engine: EngineAddress }
  | { ask: 'give'; file: ArchiveFile }
  | { ask: 'finish' }
  | { ask: 'drop' }
)

export type ImageAnswer =
  | { kind: 'done' }
  /** Undefined after the last. */
  | { kind: 'part'; sizeBytes: number | undefined }
  /** SHA-256 of all of it, in hexadecimal digits, and of each piece. */
  | { kind: 'kept'; hex: string; digests: Uint8Array }
  /** False: the engine has answered, and takes no more. */
  | { kind: 'given'; goesOn: boolean }
  /** What the engine said at the end, line by line. */
  | { kind: 'finished'; report: unknown[] }
