/** The system's refusals in our own codes. */
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { BlobErrorCode } from './index.ts'

export async function onDisk<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof MyceliumError) throw cause
    const full = /ENOSPC|EDQUOT/.test(messageOf(cause))
    const code: BlobErrorCode = full ? 'DISK_FULL' : 'DISK_FAILED'
    const message = full ? 'The disk is full. Nothing was changed.' : 'The disk refused the blob.'
    throw new MyceliumError(code, message, { cause })
  }
}
