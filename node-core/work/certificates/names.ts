/** Which certificate is shown for a name (RFC 9525 §6.3). Pure. */
import { NAMES_MAX } from './limits.ts'

/** RFC 1123 §2.1: labels of letters, digits and inner hyphens; 253 letters with their dots. */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/

export function isHostName(name: string): boolean {
  return HOST_NAME.test(name)
}

/** Host names of a certificate's `subjectAltName`, as Node writes it; what is none is left out. */
export function namesIn(subjectAltName: string | undefined): string[] {
  const names = (subjectAltName ?? '').split(', ').flatMap((entry) => {
    const name = entry.startsWith('DNS:') ? entry.slice(4).toLowerCase() : ''
    return isHostName(name.startsWith('*.') ? name.slice(2) : name) ? [name] : []
  })
  return names.slice(0, NAMES_MAX)
}

/** How well names match one that is asked for: by itself, by a wildcard, or not at all. */
function match(asked: string, names: readonly string[]): 'exact' | 'wildcard' | undefined {
  if (names.includes(asked)) return 'exact'
  const dot = asked.indexOf('.')
  // A wildcard stands for one whole label, and never for all of a name.
  if (dot < 1 || !names.includes(`*${asked.slice(dot)}`)) return undefined
  return 'wildcard'
}

/** The first that has the very name, else the first with a wildcard for it. */
export function chooseFor<Candidate extends { names: readonly string[] }>(
  servername: string,
  candidates: readonly Candidate[],
): Candidate | undefined {
  const asked = servername.toLowerCase()
  if (!isHostName(asked)) return undefined
  let best: Candidate | undefined
  for (const candidate of candidates) {
    const matched = match(asked, candidate.names)
    if (matched === 'exact') return candidate
    if (matched === 'wildcard') best ??= candidate
  }
  return best
}
