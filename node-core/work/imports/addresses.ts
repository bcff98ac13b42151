/** Values that lead to another workload by its name, which is nowhere yet. */
import type { Place, Scope } from './report.ts'

const ADDRESS_NAME = /HOST|URL|URI|ADDR|SERVER|ENDPOINT|DSN|LINK|BROKER|UPSTREAM/i
/** A list of hosts has a few; what is longer is no address. */
const ADDRESS_LENGTH_MAX = 2_048

export function sayIfLeads(
  at: Place,
  variable: { name: string; value: string },
  { others, scope }: { others: ReadonlySet<string>; scope: Scope },
): void {
  const leads = leadsTo(variable, others)
  if (leads === undefined) return
  const message = `Kept as text, but workloads do not find each other by name yet: “${leads}” leads nowhere until then.`
  scope.say(at, 'no-names', message)
}

/** The workload that a variable's value leads to, if it does. */
function leadsTo(
  variable: { name: string; value: string },
  others: ReadonlySet<string>,
): string | undefined {
  const { name, value } = variable
  if (value.length > ADDRESS_LENGTH_MAX) return undefined
  const hosts = ADDRESS_NAME.test(name)
    ? value.split(/[,;\s]+/).flatMap((one) => hostIn(one) ?? [])
    : []
  // In a URL it is an address whatever the variable is called.
  for (const [, host = ''] of value.matchAll(/(?:\/\/|@|@tcp\()([\w.-]+)/g)) hosts.push(host)
  return hosts.map((host) => host.split('.')[0] ?? '').find((host) => others.has(host))
}

function hostIn(text: string): string | undefined {
  return /^([\w.-]+)(?::\d{1,5})?$/.exec(text)?.[1]
}
