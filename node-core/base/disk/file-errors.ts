/** What the system says, in our codes. */
import { MyceliumError, messageOf } from '../errors/index.ts'
import type { DiskErrorCode } from './index.ts'

export async function orWhenMissing<T>(
  path: string,
  missing: T,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (MISSING.has(systemCodeOf(error))) return missing
    throw toDiskError(path, error)
  }
}

export async function mapped<T>(path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw toDiskError(path, error)
  }
}

const MISSING = new Set(['ENOENT', 'ENOTDIR'])
const CODES = new Map<string, DiskErrorCode>([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EFBIG', 'DISK_FULL'],
  ['EACCES', 'DISK_DENIED'],
  ['EPERM', 'DISK_DENIED'],
  ['EROFS', 'DISK_DENIED'],
  ['EISDIR', 'DISK_PATH_INVALID'],
  ['ENOTDIR', 'DISK_PATH_INVALID'],
])

function toDiskError(path: string, cause: unknown): MyceliumError<DiskErrorCode> {
  const code = CODES.get(systemCodeOf(cause)) ?? 'DISK_FAILED'
  const text = { DISK_FULL: 'The disk is full', DISK_DENIED: 'The system refused the access' }
  const reason = code === 'DISK_FULL' || code === 'DISK_DENIED' ? text[code] : messageOf(cause)
  return new MyceliumError(code, `${reason}: ${path}`, { details: { path }, cause })
}

export function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
