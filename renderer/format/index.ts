/** Figures and times as people read them. Pure; the language is an argument. */
export {
  daysBetween,
  formatAgo,
  formatClock,
  formatDay,
  formatDuration,
  formatExactly,
  formatMoment,
  formatWhen,
} from './duration.ts'
export {
  coresOf,
  formatCount,
  formatCpu,
  formatCpuShare,
  formatLatency,
  formatMemory,
  formatReputation,
  formatSize,
  shortId,
  writeCpu,
  writeMemory,
} from './quantity.ts'
