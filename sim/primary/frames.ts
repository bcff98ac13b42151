/** The messages in what is written to a line at once: whole frames, each with its length before it. */
export function framesIn(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + HEADER_BYTES <= bytes.byteLength; ) {
    const from = at + HEADER_BYTES
    at = from + view.getUint32(at)
    frames.push(bytes.subarray(from, at))
  }
  return frames
}

const HEADER_BYTES = 4
