/** The secrets that lie in a home and in this command's environment: what a report must not hold. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

const TEXT_FILES = ['api-token']
const BINARY_FILES = ['instances.key']
const SECRET_VARIABLE = /pass|secret|token|key|credential|auth/i

export async function secretsHere(home: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const read = (name: string) => readFile(path.join(home, name)).catch(() => undefined)
  const texts = await Promise.all(TEXT_FILES.map(read))
  // Of owners that the home had before, too.
  const identity = await readdir(path.join(home, 'identity')).catch(() => [])
  const pems = await Promise.all(
    ['tls/node.pem', ...identity.map((name) => `identity/${name}`)].map(read),
  )
  const binaries = await Promise.all(BINARY_FILES.map(read))
  const seeds = await read('seeds.json')
  return [
    ...texts.flatMap((text) => text?.toString('utf8').trim() ?? []),
    ...pems.flatMap((pem) => (pem ? linesOfKeys(pem.toString('utf8')) : [])),
    ...binaries.flatMap((bytes) => (bytes ? formsOfBytes(bytes) : [])),
    ...(seeds ? credentialsIn(seeds.toString('utf8')) : []),
    ...Object.entries(env).flatMap(([name, value = '']) => {
      return SECRET_VARIABLE.test(name) ? [value] : []
    }),
  ].filter((secret) => secret !== '')
}

/** Lines of private keys, and the bytes that an Ed25519 key ends with. */
function linesOfKeys(text: string): string[] {
  const keys = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END/g) ?? []
  return keys.flatMap((key) => {
    const lines = key.split('\n').filter((line) => line !== '' && !line.startsWith('-----'))
    return [...lines, ...formsOfBytes(Buffer.from(lines.join(''), 'base64').subarray(-32))]
  })
}

function formsOfBytes(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes)
  return [buffer.toString('hex'), buffer.toString('base64'), buffer.toString('base64url')]
}

/** Every text under `credentials`, whatever the file is else. */
function credentialsIn(text: string): string[] {
  let seeds: unknown
  try {
    seeds = JSON.parse(text)
  } catch {
    // It cannot be read, so nobody knows what of it is a secret: every word of it may be.
    return text.match(/[^\s"',:{}[\]]+/g) ?? []
  }
  return Array.isArray(seeds) ? seeds.flatMap(textsUnderCredentials) : []
}

function textsUnderCredentials(seed: unknown): string[] {
  const credentials: unknown =
    typeof seed === 'object' && seed !== null ? Reflect.get(seed, 'credentials') : undefined
  if (typeof credentials !== 'object' || credentials === null) return []
  return Object.values(credentials).filter((one) => typeof one === 'string')
}
