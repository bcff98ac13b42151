/** Values that lead to another workload by its name: what is used is named in the manifest. */
import { type Draft, labelOf } from './draft.ts'
import type { Place, Scope } from './report.ts'

const ADDRESS_NAME = /HOST|URL|URI|ADDR|SERVER|ENDPOINT|DSN|LINK|BROKER|UPSTREAM/i
/** A list of hosts has a few; what is longer is no address. */
const ADDRESS_LENGTH_MAX = 2_048

export interface Leads {
  draft: Draft
  /** What others are called in the text. */
  others: ReadonlySet<string>
  scope: Scope
}

export function noteLeads(
  at: Place,
  variable: { name: string; value: string },
  { draft, others, scope }: Leads,
): void {
  for (const host of hostsOf(variable)) {
    const name = host.split('.')[0] ?? ''
    if (!others.has(name)) continue
    use(draft, name, host)
    scope.say(at, 'found-by-name', `“${host}” leads to that workload: it is named under “uses”.`)
  }
}

/** What is called `name` in the text is found as `as`. */
export function use(draft: Draft, name: string, as: string): void {
  draft.uses.set(as.toLowerCase(), labelOf(name) ?? name)
}

/** The hosts that a variable's value names, if it is about any. */
function hostsOf({ name, value }: { name: string; value: string }): string[] {
  if (value.length > ADDRESS_LENGTH_MAX) return []
  const hosts = ADDRESS_NAME.test(name)
    ? value.split(/[,;\s]+/).flatMap((one) => hostIn(one) ?? [])
    : []
  // In a URL it is an address whatever the variable is called.
  for (const [, host = ''] of value.matchAll(/(?:\/\/|@|@tcp\()([\w.-]+)/g)) hosts.push(host)
  return [...new Set(hosts)]
}

function hostIn(text: string): string | undefined {
  return /^([\w.-]+)(?::\d{1,5})?$/.exec(text)?.[1]
}
