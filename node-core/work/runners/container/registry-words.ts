/** Why a registry did not give an image, in words that people use; the engine's own come after them. */

/** A sentence's end: `the registry …`. */
export function registryRefusal(said: string): string {
  const [, words] = CAUSES.find(([pattern]) => pattern.test(said)) ?? []
  return `${words ?? 'the registry did not give it'}. The engine said: “${said.trim()}”`
}

/** The first that fits. */
const CAUSES: readonly [RegExp, string][] = [
  [
    /manifest unknown|manifest for .* not found|not found: manifest/i,
    'the registry has no such image',
  ],
  [
    /pull access denied|unauthorized|authentication required|denied:/i,
    'the registry has none of this name that it gives to everybody',
  ],
  [/toomanyrequests|rate limit/i, 'the registry takes no more requests from here for now'],
  [
    /no such host|server misbehaving|name resolution|lookup \S+ on \S+/i,
    'the address of the registry was not found: this computer has no Internet, or the name is wrong',
  ],
  [
    /connection refused|no route to host|network is unreachable|timeout|deadline exceeded|request canceled|EOF/i,
    'the registry does not answer',
  ],
  [/x509|certificate|server gave HTTP response to HTTPS/i, 'the registry does not prove who it is'],
  [/invalid reference format/i, 'this is no name of an image'],
]
