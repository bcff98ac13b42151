/** Text as UTF-8, without a replacement for what is none. */
const ENCODER = new TextEncoder()
const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Up to so many characters a loop over them takes less time than a call of these. */
export const LOOP_LENGTH_MAX = 48

export function textBytes(text: string): Uint8Array {
  return ENCODER.encode(text)
}

/** Undefined for bytes that are no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes)
  } catch {
    return undefined
  }
}
