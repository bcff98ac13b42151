/** Data that copies keep, wherever it is shown. */
export { useVolumes } from './use-volumes.ts'
export { VolumeTable } from './volume-table.tsx'
