/** Data that copies keep, wherever it is shown. */
export { LeftDataNote, LeftDataSection } from './left-data.tsx'
export { useVolumes } from './use-volumes.ts'
export { VolumeTable } from './volume-table.tsx'
