import { describe, expect, it } from 'vitest'
import { type AppendDevice, createAppendFile } from './append-file.ts'

/** A device that writes and syncs in one, and what was asked of it. */
function newDevice(fault?: string) {
  const asked: string[] = []
  const note = async (what: string): Promise<void> => {
    asked.push(what)
    if (what === fault) throw new Error('The device failed.')
  }
  const device: AppendDevice = {
    write: (offset, bytes) => note(`write ${offset}+${bytes.byteLength}`),
    sync: () => note('sync'),
    writeSynced: (offset, bytes) => note(`writeSynced ${offset}+${bytes.byteLength}`),
    truncate: (sizeBytes) => note(`truncate ${sizeBytes}`),
    read: async () => new Uint8Array(1),
    close: () => note('close'),
  }
  return { device, asked }
}

describe('appending and syncing in one', () => {
  it('is one call, but where something before it may wait for a sync', async () => {
    const { device, asked } = newDevice()
    const file = createAppendFile('file', device, 10)
    // Whoever had the file before may have left it unsynced.
    await file.appendSynced(new Uint8Array(1))
    await file.appendSynced(new Uint8Array(2))
    await file.append(new Uint8Array(3))
    await file.appendSynced(new Uint8Array(4))
    await file.appendSynced(new Uint8Array(5))
    expect(asked).toEqual([
      ...['write 10+1', 'sync', 'writeSynced 11+2'],
      ...['write 13+3', 'write 16+4', 'sync', 'writeSynced 20+5'],
    ])
    expect(file.sizeBytes).toBe(25)
  })

  it('is two calls where the device cannot do both', async () => {
    const { device, asked } = newDevice()
    const { writeSynced: _, ...plain } = device
    const file = createAppendFile('file', plain, 0)
    await file.appendSynced(new Uint8Array(1))
    await file.appendSynced(new Uint8Array(1))
    expect(asked).toEqual(['write 0+1', 'sync', 'write 1+1', 'sync'])
  })

  it('breaks the file when it fails', async () => {
    const { device, asked } = newDevice('writeSynced 1+1')
    const file = createAppendFile('file', device, 0)
    await file.appendSynced(new Uint8Array(1))
    await expect(file.appendSynced(new Uint8Array(1))).rejects.toThrow('The device failed.')
    const refusal = expect.objectContaining({ code: 'DISK_FILE_BROKEN' })
    await expect(file.appendSynced(new Uint8Array(1))).rejects.toEqual(refusal)
    await expect(file.sync()).rejects.toEqual(refusal)
    expect(asked.at(-1)).toBe('writeSynced 1+1')
  })
})
