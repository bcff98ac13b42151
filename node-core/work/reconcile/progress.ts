import type { StartProgress } from '../runners/index.ts'

/** A real step of a start, for people: `Pulling from mara, 41 of 120 MB`. */
export function progressText(progress: StartProgress): string {
  switch (progress.step) {
    case 'pulling':
      return `Pulling from ${progress.from}${amountText(progress)}`
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

function megabytes(bytes: number): string {
  return bytes < 10e6 ? (bytes / 1e6).toFixed(1) : String(Math.round(bytes / 1e6))
}
