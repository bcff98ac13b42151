/** A key by which a workload is scaled, as it was written: by anybody who may, so by anything. */
import { QUEUE_DIGITS_MAX, QUEUE_SHOWN_LENGTH } from './limits.ts'

/** How much waits, if it is a whole number. */
export function queueLength(value: Uint8Array): number | undefined {
  const text = textOf(value)
  const isWhole = text.length <= QUEUE_DIGITS_MAX && /^\d+$/.test(text)
  return isWhole ? Number(text) : undefined
}

/** The beginning of what stands there, on one line, for people. */
export function queueText(value: Uint8Array): string {
  const text = textOf(value).replace(/\p{C}/gu, '·')
  return text.length > QUEUE_SHOWN_LENGTH ? `${text.slice(0, QUEUE_SHOWN_LENGTH)}…` : text
}

function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value).trim()
}
