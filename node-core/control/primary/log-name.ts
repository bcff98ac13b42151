import { type Era, toEra } from '../succession/index.ts'

/** Names a log: '' in the first era, `-<era>-<mandate>` later. Logs of two names never mix. */
export type LogName = string & { readonly __brand: 'LogName' }

export const FIRST_LOG = '' as LogName
/** Of no era, and kept by nobody. */
export const NO_LOG = '-unknown' as LogName

export function eraOf(name: LogName): Era {
  return toEra(Number(/^-(\d+)-/.exec(name)?.[1] ?? 0))
}

/** A protocol between those who keep, or follow, one log. */
export function protocolOf(protocol: string, log: LogName): string {
  return protocol + log
}
