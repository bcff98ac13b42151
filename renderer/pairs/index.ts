/** `KEY=value` lines, as people write environments and labels. Pure. */
export { formatPairs, parsePairs } from './pairs.ts'
