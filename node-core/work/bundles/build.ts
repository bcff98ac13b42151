/** Makes a signed bundle out of a manifest and a program. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import type { Signer } from '../../identity/index.ts'
import type { Digest } from '../../storage/blobs/index.ts'
import { canonicalManifest, type Manifest, type ManifestDraft, messageHash } from './manifest.ts'
import { verifyBundle } from './verify.ts'

export interface BuildRequest {
  manifest: ManifestDraft
  /** Path of the program; in the bundle it bears the name of the manifest's `command`. */
  program: string
  signer: Signer
  /** ISO 8601; used when the manifest names no time of its own. */
  createdAt: string
  /** Folder for `<name>-<version>.spore`. Made if missing. */
  out: string
}

/** Zip entries carry a time; a fixed one makes equal inputs equal bundles. Local, as zip keeps it. */
const ENTRY_TIME = new Date(1980, 0, 1)

export async function buildBundle(
  request: BuildRequest,
): Promise<{ file: string; digest: Digest }> {
  const manifest = sign(request, await sha256OfFile(request.program))
  const file = join(request.out, fileNameOf(manifest))
  const incoming = `${file}.incoming`
  await mkdir(request.out, { recursive: true })
  try {
    const zip = new ZipFile()
    const entry = { mtime: ENTRY_TIME, forceDosTimestamp: true }
    const json = Buffer.from(canonicalManifest(manifest))
    zip.addBuffer(json, 'manifest.json', { ...entry, mode: 0o100644 })
    zip.addFile(request.program, manifest.command, { ...entry, mode: 0o100755 })
    zip.end()
    await pipeline(zip.outputStream, createWriteStream(incoming))
    // What we hand out is what anybody else will accept, even if the program changed meanwhile.
    const { digest } = await verifyBundle(incoming, { trusted: () => true })
    await rename(incoming, file)
    return { file, digest }
  } catch (error) {
    await rm(incoming, { force: true })
    throw error
  }
}

function sign({ manifest: draft, signer, createdAt }: BuildRequest, sha256: string): Manifest {
  const unsigned: Manifest = {
    ...draft,
    created_at: draft.created_at ?? createdAt,
    binary_sha256: sha256,
    signature: '',
    public_key: Buffer.from(signer.publicKey).toString('base64'),
  }
  const signature = signer.sign(messageHash(unsigned))
  return { ...unsigned, signature: Buffer.from(signature).toString('base64') }
}

function fileNameOf({ name, version }: Manifest): string {
  return `${`${name}-${version}`.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.spore`
}

async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}
