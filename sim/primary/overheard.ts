/** What is said on the engines' lines, as it arrives. */
import type { Net, NetStream } from '../../node-core/base/net/index.ts'
import { framesIn } from './frames.ts'

export const isConsensus = (protocol: string): boolean => protocol.startsWith('consensus/')

/** The same stream, of which each message is shown to somebody first. */
export function overheard(stream: NetStream, hear: (message: Uint8Array) => void): NetStream {
  return {
    ...stream,
    async *[Symbol.asyncIterator]() {
      for await (const bytes of stream) {
        for (const message of framesIn(bytes)) hear(message)
        yield bytes
      }
    },
  }
}

/** Parts of the state of another node, in place of entries that are compacted. */
export function countingSnapshots(net: Net, arrived: () => void): Net {
  return {
    ...net,
    onStream: (protocol, take) =>
      net.onStream(protocol, (stream, peer) => {
        const hear = (message: Uint8Array): void => {
          if (isOfSnapshot(message)) arrived()
        }
        take(isConsensus(protocol) ? overheard(stream, hear) : stream, peer)
      }),
  }
}

/** By the message's kind, which stands after its version: Raft's, and Simplex's. */
function isOfSnapshot(message: Uint8Array): boolean {
  const beginning = Buffer.from(message.subarray(0, KIND_BYTES)).toString('latin1')
  return /(snapshotC|c)hunk/.test(beginning)
}

const KIND_BYTES = 24
