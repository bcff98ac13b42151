/** Answers `blob/1`: members get ranges of what this node holds, a bounded number at a time. */
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { createFrameReader, framed, type NetStream, type NodeId } from '../../base/net/index.ts'
import type { BlobFiles } from './blob-files.ts'
import type { Digest } from './index.ts'
import { FRAME_BYTES_MAX, SERVING_MAX } from './limits.ts'
import { encodeMessage, parseQuestion } from './messages.ts'

export interface ServeDeps {
  files: BlobFiles
  logger: Logger
  sizeOf(digest: Digest): number | undefined
}

export function createBlobServer(deps: ServeDeps) {
  const open = new Map<NetStream, Promise<void>>()

  async function answer(stream: NetStream): Promise<void> {
    const ask = parseQuestion(await createFrameReader(stream).frame(FRAME_BYTES_MAX))
    const sizeBytes = deps.sizeOf(ask.digest)
    const status = open.size > SERVING_MAX ? 'busy' : 'absent'
    if (status === 'busy' || sizeBytes === undefined) {
      await stream.write(framed(encodeMessage({ status })))
      return stream.closeWrite()
    }
    await stream.write(framed(encodeMessage({ status: 'ok', sizeBytes })))
    if (ask.offset < sizeBytes) {
      for await (const chunk of deps.files.read(ask.digest, ask.offset)) await stream.write(chunk)
    }
    await stream.closeWrite()
  }

  return {
    serve(stream: NetStream, peer: NodeId): void {
      const served = answer(stream)
        .catch((error) => {
          stream.abort(new Error('not served'))
          deps.logger.debug('serving a blob ended early', { peer, reason: messageOf(error) })
        })
        .finally(() => open.delete(stream))
      open.set(stream, served)
    },
    async stop(): Promise<void> {
      for (const stream of open.keys()) stream.abort(new Error('this node stops'))
      await Promise.all(open.values())
    },
  }
}
