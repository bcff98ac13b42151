// Loaded into a node with --import: watches how late its main thread is. On SIGUSR2 it writes the
// percentiles since the last signal, in milliseconds, to the file that LOOP_FILE names.
import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 2
const file = process.env.LOOP_FILE
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
process.on('SIGUSR2', () => {
  // The histogram holds whole intervals; what is over the timer's own is the delay.
  const late = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  const { user, system } = process.cpuUsage()
  const figures = {
    p50Ms: late(delay.percentile(50)),
    p99Ms: late(delay.percentile(99)),
    maxMs: late(delay.max),
    cpuSeconds: (user + system) / 1e6,
  }
  delay.reset()
  writeFileSync(`${file}.new`, JSON.stringify(figures))
  renameSync(`${file}.new`, file)
})
