import { MyceliumError } from '../errors/index.ts'
import type { DiskErrorCode } from './index.ts'

/** Where writes are prepared; no caller can name it. */
export const TEMPORARY_FOLDER = '.tmp'

/** The path's segments. Throws DISK_PATH_INVALID for anything that could leave the root. */
export function segmentsOf(path: string): string[] {
  const segments = path.split('/')
  const valid = segments.every((segment) => segment !== '..' && SEGMENT.test(segment))
  if (!valid || segments[0] === TEMPORARY_FOLDER) {
    throw new MyceliumError<DiskErrorCode>('DISK_PATH_INVALID', 'The path leaves its disk.', {
      details: { path },
    })
  }
  return segments
}

/** As `segmentsOf`, where the empty path is the root itself. */
export function folderSegmentsOf(path: string): string[] {
  return path === '' ? [] : segmentsOf(path)
}

/** No separator of any system, no drive, no control character, not `.`, not too long for ext4. */
const SEGMENT = /^(?!\.$)[^/\\:\p{Cc}]{1,200}$/u
