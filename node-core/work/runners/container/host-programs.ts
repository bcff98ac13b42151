/** What a container of ours is shown of this computer's own programs, read-only, where it runs some. */

/** Where systems keep programs, what those need, and which of two firewalls `iptables` stands for. */
const PROGRAMS_AT = [
  ...(['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64'] as const),
  '/etc/alternatives',
]

export interface Mount {
  Type: 'bind'
  Source: string
  Target: string
  ReadOnly: boolean
}

export function hostPrograms(exists: (path: string) => boolean): Mount[] {
  return PROGRAMS_AT.filter(exists).map((path) => mountOf(path))
}

/** Where a shell of ours looks for them. */
const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'] as const

export function hasPrograms(names: readonly string[], exists: (path: string) => boolean): boolean {
  return names.every((name) => FOLDERS.some((folder) => exists(`${folder}/${name}`)))
}

export function isHostProgram(path: string): boolean {
  return PROGRAMS_AT.some((folder) => path.startsWith(`${folder}/`))
}

export function mountOf(source: string, target = source, { readOnly = true } = {}): Mount {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: readOnly }
}
