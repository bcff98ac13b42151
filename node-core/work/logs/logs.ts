import { createLogCopier } from './copier.ts'
import { serveCopies } from './copy-server.ts'
import { createHeldLogs } from './held.ts'
import type { Logs, LogsDeps } from './index.ts'
import { createLogKeeper } from './keeper.ts'
import {
  LOG_BYTES_MAX,
  LOG_COPIES_BYTES_MAX,
  LOG_COPIES_NODE_BYTES_MAX,
  LOG_COPY_BYTES_MAX,
  LOG_GONE_MAX,
  LOG_GONE_MS,
  LOG_NODE_BYTES_MAX,
  LOG_SEGMENT_BYTES_MAX,
} from './limits.ts'
import { createLogReading } from './reading.ts'
import { createLogServer } from './server.ts'
import { createLogStore } from './store.ts'

export function createLogs(deps: LogsDeps): Logs {
  const { net, view, nodes, clock } = deps
  const logger = deps.logger.child('logs')
  const gone = { goneMax: LOG_GONE_MAX, goneMs: LOG_GONE_MS }
  const store = createLogStore(
    { ...deps, logger },
    {
      folder: 'logs',
      segmentBytes: LOG_SEGMENT_BYTES_MAX,
      bytesMax: LOG_BYTES_MAX,
      totalBytesMax: LOG_NODE_BYTES_MAX,
      ...gone,
    },
  )
  const copies = createLogStore(
    { ...deps, logger },
    {
      folder: 'log-copies',
      segmentBytes: LOG_COPY_BYTES_MAX,
      // One that is full, and one that is growing.
      bytesMax: LOG_COPY_BYTES_MAX * 2,
      totalBytesMax: LOG_COPIES_BYTES_MAX,
      nodeBytesMax: LOG_COPIES_NODE_BYTES_MAX,
      othersLogs: true,
      ...gone,
    },
  )
  const mayUse = (peer: Parameters<LogsDeps['mayUse']>[0]): boolean => deps.mayUse(peer)
  const candidates = () => nodes.serving().filter(mayUse)
  const copier = createLogCopier({ net, store, candidates, clock, logger })
  const keeper = createLogKeeper({
    ...{ self: net.self, store, clock, logger },
    onAppend: copier.changed,
  })
  const held = createHeldLogs({ net, store, copies, live: nodes.live, mayUse, logger })
  const server = createLogServer({ net, store, copies, mayUse, clock, logger })
  const reading = createLogReading({
    ...{ net, view, store, copies, held, clock, logger },
    live: nodes.live,
    nameOf: nodes.nameOf,
  })
  let stops: (() => void)[] = []

  return {
    keeper,
    read: (of, options = {}) => reading.read(of, options),
    kept: reading.kept,
    async start() {
      if (stops.length > 0) return
      await store.start()
      await copies.start()
      await copier.start()
      await server.start()
      stops = [
        held.serve(),
        serveCopies({ net, copies, mayUse }),
        nodes.subscribe(copier.nodesChanged),
      ]
    },
    async stop() {
      for (const stop of stops.splice(0)) stop()
      await server.stop()
      // What came last is kept, and then handed to others: at a farewell this node's own log goes.
      await keeper.stop()
      await copier.stop()
      await store.stop()
      await copies.stop()
    },
  }
}
