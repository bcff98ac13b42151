import type { PacedProgress } from './pace.ts'

/** A real step of a start, for people: `Pulling from mara, 41 of 120 MB, about 20 s`. */
export function progressText(progress: PacedProgress): string {
  switch (progress.step) {
    case 'pulling':
      return `Pulling from ${progress.from}${amountText(progress)}${leftText(progress.leftMs)}`
    case 'verifying':
      return 'Checking it against its digest'
    case 'starting':
      return 'Starting'
  }
}

function amountText({
  doneBytes,
  totalBytes,
}: {
  doneBytes?: number
  totalBytes?: number
}): string {
  if (doneBytes === undefined) return ''
  const done = megabytes(doneBytes)
  return totalBytes === undefined ? `, ${done} MB` : `, ${done} of ${megabytes(totalBytes)} MB`
}

/** In steps that do not change with each word of it. */
function leftText(leftMs: number | undefined): string {
  const seconds = (leftMs ?? 0) / 1_000
  if (seconds < 1) return ''
  if (seconds >= 90) return `, about ${Math.round(seconds / 60)} min`
  const step = seconds < 10 ? 1 : 5
  return `, about ${Math.round(seconds / step) * step} s`
}

function megabytes(bytes: number): string {
  return bytes < 10e6 ? (bytes / 1e6).toFixed(1) : String(Math.round(bytes / 1e6))
}
