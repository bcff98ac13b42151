/**
 * A Debian as most people have one, as a disk image for a virtual machine: control groups of version
 * 2, AppArmor and Landlock, from Debian's packages. Made once, and kept in the user's cache.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'

const SUITE = 'trixie'
const PACKAGES = [
  ...['linux-image-amd64', 'kmod', 'apparmor', 'e2fsprogs', 'iproute2', 'procps', 'iptables'],
  ...['docker.io', 'docker-cli', 'busybox-static', 'ca-certificates', 'libstdc++6', 'xfsprogs'],
]
/** Sparse: as large as what is written into it. */
const DISK_MEBIBYTES = 8_192

/** The first program of the machine: what comes next is in the checkout, which it is shown read-only. */
const BOOT = `#!/bin/sh
modprobe 9pnet_virtio
mkdir -p /checkout
mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=1048576,cache=loose checkout /checkout
exec /bin/sh /checkout/e2e/isolation/vm/init.sh
`
export const BOOT_AT = '/usr/local/sbin/mycelium-boot'

export interface Debian {
  disk: string
  kernel: string
  initrd: string
}

/** Takes some minutes the first time. */
export function makeDebian(say: (line: string) => void): Debian {
  const recipe = [SUITE, ...PACKAGES, String(DISK_MEBIBYTES), BOOT].join('\n')
  const name = createHash('sha256').update(recipe).digest('hex').slice(0, 12)
  const cache = path.join(homedir(), '.cache/mycelium/isolation')
  const made = path.join(cache, name)
  const debian = {
    disk: path.join(made, 'disk'),
    kernel: path.join(made, 'vmlinuz'),
    initrd: path.join(made, 'initrd'),
  }
  if (existsSync(made)) return debian
  say(`a Debian ${SUITE} with a kernel and an engine, kept in ${cache}`)
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(path.join(cache, 'making-'))
  try {
    const root = path.join(folder, 'root')
    const wanted = ['--variant=minbase', `--include=${PACKAGES.join(',')}`]
    execFileSync('debootstrap', [...wanted, SUITE, root], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    writeFileSync(path.join(root, BOOT_AT), BOOT)
    chmodSync(path.join(root, BOOT_AT), 0o755)
    take(root, /^vmlinuz-/, path.join(folder, 'vmlinuz'))
    take(root, /^initrd\.img-/, path.join(folder, 'initrd'))
    const disk = path.join(folder, 'disk')
    const mkfs = ['-q', '-F', '-m', '0', '-O', '^has_journal', '-d', root, disk]
    execFileSync('mkfs.ext4', [...mkfs, `${DISK_MEBIBYTES}M`], { stdio: 'ignore' })
    rmSync(root, { recursive: true })
    renameSync(folder, made)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return debian
}

function take(root: string, name: RegExp, to: string): void {
  const boot = path.join(root, 'boot')
  const [found] = readdirSync(boot).filter((file) => name.test(file))
  if (!found) throw new Error(`There is no ${name.source} in ${boot}.`)
  copyFileSync(path.join(boot, found), to)
}
