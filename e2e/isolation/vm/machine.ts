/** Boots a Debian in QEMU, with the checkout beside it, and hands on what it says on its console. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { BOOT_AT, type Debian } from './debian.ts'

const MINUTES_MAX = 30
const MEMORY_MEBIBYTES = 6_144

export interface MachineOptions {
  checkout: string
  onLine: (line: string) => void
}

/** Returns when the machine has switched itself off: whether all that was asked in it holds. */
export async function runMachine(debian: Debian, options: MachineOptions): Promise<boolean> {
  const append = `root=/dev/vda rw console=ttyS0 quiet panic=-1 init=${BOOT_AT}`
  const shared = `local,path=${options.checkout},mount_tag=checkout,security_model=none,readonly=on`
  const machine = spawn(
    'qemu-system-x86_64',
    [
      // In software: slow, and the same wherever it runs. One processor, because QEMU 7.2 misses at
      // times that one has changed what the other is about to run, as Linux does to its own code.
      ...['-accel', 'tcg', '-cpu', 'max'],
      ...['-m', String(MEMORY_MEBIBYTES)],
      ...['-nographic', '-nodefaults', '-no-reboot', '-serial', 'stdio'],
      // What is written to the disk is forgotten.
      ...['-snapshot', '-drive', `file=${debian.disk},format=raw,if=virtio`],
      ...['-virtfs', `${shared},multidevs=remap`],
      ...['-kernel', debian.kernel, '-initrd', debian.initrd, '-append', append],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const timer = setTimeout(() => machine.kill('SIGKILL'), MINUTES_MAX * 60_000)
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      machine.once('error', reject)
      machine.once('exit', resolve)
    })
    let holds = false
    for await (const line of createInterface({ input: machine.stdout })) {
      if (line.trim() === 'The lines ended with 0.') holds = true
      options.onLine(line)
    }
    const code = await ended
    if (code !== 0) throw new Error(`QEMU ended with ${code ?? 'a signal: it took too long'}.`)
    return holds
  } finally {
    clearTimeout(timer)
  }
}
