/** What a program, or a command inside it, sees of its computer: one line `key: value` for each thing. */
import { expect } from 'vitest'

export const NAMESPACES = ['mnt', 'pid', 'ipc', 'uts', 'cgroup']

export const LOOK = [
  ...NAMESPACES.map((name) => `echo "${name}: $(readlink /proc/self/ns/${name})"`),
  'echo "caps: $(grep -E "Cap(Prm|Eff|Bnd|Amb)" /proc/self/status | cut -f 2 | sort -u)"',
  'echo "privileges: $(grep NoNewPrivs /proc/self/status | cut -f 2)"',
  'echo "root: $(ls / | tr "\\n" " ")"',
  'echo "devices: $(ls /dev | tr "\\n" " ")"',
  'echo "processes: $(ls /proc | grep -cE "^[0-9]+$")"',
  'echo "homes: $(ls -d /home /root /var /srv /mnt /opt /boot 2>/dev/null | wc -l)"',
  'echo "system: $(ls /sys 2>/dev/null | wc -l)"',
  'echo "keys: $(ls /etc/shadow /etc/ssh 2>/dev/null | wc -l)"',
  'echo "other root: $(ls /proc/1/root/.old/ 2>/dev/null | wc -l)"',
  'for each in / /usr /etc /program /proc/sys/kernel/hostname /dev; do',
  '  (: >$each/x) 2>/dev/null || (: >$each) 2>/dev/null; echo "write $each: $?"; done',
  'echo "mount: $(mount -t tmpfs none /tmp 2>/dev/null && echo made || echo refused)"',
  'echo "again: $(unshare --user --map-root-user true 2>/dev/null && echo made || echo refused)"',
  'echo "node: $(mknod /tmp/sda b 8 0 2>/dev/null && echo made || echo refused)"',
  'touch "$HOME/mine" /tmp/mine /dev/shm/mine && echo "own: written"',
  'echo "tmp: $(ls "$HOME/tmp" /tmp | tr "\\n" " ")"',
  'echo "name: $(uname -n)"',
  'echo "oom: $(cat /proc/self/oom_score_adj)"',
].join('\n')

export function parsed(lines: readonly string[]): Map<string, string> {
  return new Map(lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]))
}

export function isShutIn(seen: ReadonlyMap<string, string>): void {
  expect(seen.get('caps')).toBe('0000000000000000')
  expect(seen.get('privileges')).toBe('1')
  expect(seen.get('root')).toMatch(
    /^(bin |dev |etc |lib\S* |proc |program |run |runtime |sbin |sys |tmp |usr |work )+$/,
  )
  expect(seen.get('devices')).toBe('fd full null random shm stderr stdin stdout urandom zero ')
  expect(Number(seen.get('processes'))).toBeLessThan(8)
  expect([seen.get('homes'), seen.get('keys'), seen.get('other root')]).toEqual(['0', '0', '0'])
  expect(seen.get('system')).toBe('0')
  for (const each of ['/', '/usr', '/etc', '/program', '/proc/sys/kernel/hostname', '/dev']) {
    expect([each, seen.get(`write ${each}`)]).toEqual([each, expect.stringMatching(/^[1-9]/)])
  }
  const [mount, again, node] = ['mount', 'again', 'node'].map((name) => seen.get(name))
  expect([mount, again, node]).toEqual(['refused', 'refused', 'refused'])
  expect(seen.get('own')).toBe('written')
  expect(seen.get('tmp')).toMatch(/^\/tmp: mine +\S*\/tmp: mine $/)
  expect(Number(seen.get('oom'))).toBeGreaterThan(0)
}
