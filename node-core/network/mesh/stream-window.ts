/**
 * Yamux grants its peer a new window with every piece of data, a packet back for each. Half a window
 * at a time is enough: the peer has the other half to fill meanwhile, as other implementations do it.
 */
import type { Stream } from '@libp2p/interface'
import { StreamState, YamuxStream } from '@libp2p/yamux/stream'
import { STREAM_WINDOW_BYTES } from './limits.ts'

/** Streams of another muxer are left as they are. */
export function grantByHalves(stream: Stream): void {
  if (!(stream instanceof YamuxStream)) return
  const grant = stream.sendWindowUpdate.bind(stream)
  let receivedBytes = 0
  // Counted before the grant that follows on each piece, since data is handed over first.
  stream.addEventListener('message', ({ data }) => {
    receivedBytes += data.byteLength
  })
  stream.sendWindowUpdate = () => {
    // Before it is established, an update carries the flags that open the stream.
    const isEstablished = stream.state === StreamState.Established
    if (isEstablished && receivedBytes < STREAM_WINDOW_BYTES / 2) return
    // A paused stream grants nothing: what came is still to be granted when it goes on.
    if (stream.state !== StreamState.Paused) receivedBytes = 0
    grant()
  }
}
