/**
 * What runs in the container that holds a network: a program of nine bytes behind the two headers of an
 * executable, which waits for a signal for ever. By the machine's name; others have no networks made ahead.
 */
export const SANDBOX_PROGRAMS: Readonly<Record<string, Uint8Array | undefined>> = {
  // mov eax, 34 (pause); syscall; jmp to the first.
  x64: executable(0x3e, 'b8220000000f05ebf7'),
}

/** ELF-64, little-endian (System V ABI): one segment, loaded whole and run from behind the headers. */
function executable(machine: number, code: string): Uint8Array {
  const [header, segment, address] = [64, 56, 0x400000]
  const body = Buffer.from(code, 'hex')
  const file = Buffer.alloc(header + segment + body.length)
  file.write('7f454c46020101', 'hex')
  file.writeUInt16LE(2, 16)
  file.writeUInt16LE(machine, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(BigInt(address + header + segment), 24)
  file.writeBigUInt64LE(BigInt(header), 32)
  file.writeUInt16LE(header, 52)
  file.writeUInt16LE(segment, 54)
  file.writeUInt16LE(1, 56)
  // The segment: to be loaded, read and run.
  file.writeUInt32LE(1, header)
  file.writeUInt32LE(5, header + 4)
  file.writeBigUInt64LE(BigInt(address), header + 16)
  file.writeBigUInt64LE(BigInt(address), header + 24)
  file.writeBigUInt64LE(BigInt(file.length), header + 32)
  file.writeBigUInt64LE(BigInt(file.length), header + 40)
  file.writeBigUInt64LE(4096n, header + 48)
  body.copy(file, header + segment)
  return file
}
