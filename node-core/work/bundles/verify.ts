/**
 * The only way to a bundle's content. In this order: size, digest of the file, shape of the archive,
 * manifest, signature, program hash, publisher. Nothing has been written to disk before all hold.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MyceliumError } from '../../base/errors/index.ts'
import { verify } from '../../identity/index.ts'
import { type Digest, parseDigest } from '../../storage/blobs/index.ts'
import { type BundleArchive, openArchive } from './archive.ts'
import { bundleInvalid } from './errors.ts'
import { FILE_BYTES_MAX } from './limits.ts'
import { type Manifest, messageHash, parseManifest } from './manifest.ts'

/** A bundle as its file tells it. */
export interface Bundle {
  manifest: Manifest
  digest: Digest
  /** The signer's Ed25519 key, 64 hex digits. */
  publisher: string
  sizeBytes: number
}

/** Carries proof by having gone through `verifyBundle`. */
export interface VerifiedBundle extends Bundle {
  readonly file: string
  readonly programBytes: number
}

export interface VerifyOptions {
  /** Whether this network trusts a publisher, by its key in hex. */
  trusted(publisher: string): boolean
  /** What the file must be; DIGEST_MISMATCH otherwise. */
  digest?: Digest
}

export async function verifyBundle(file: string, options: VerifyOptions): Promise<VerifiedBundle> {
  return withBundle(file, options.digest, async (bundle, archive) => {
    checkSignature(bundle.manifest)
    const program = await hashProgram(archive)
    if (program.sha256 !== bundle.manifest.binary_sha256) {
      throw bundleInvalid('hash', 'The program is not the one that was signed.')
    }
    if (!options.trusted(bundle.publisher)) {
      const trust = `mycelium bundle trust ${bundle.publisher}`
      const message = `Nobody here trusts who signed this bundle. An admin may: ${trust}`
      throw new MyceliumError('PUBLISHER_UNTRUSTED', message, {
        details: { publicKey: bundle.publisher },
      })
    }
    return { ...bundle, file, programBytes: program.bytes }
  })
}

/** What the file says of itself, believed or not. For people who look at a bundle. */
export async function inspectBundle(file: string): Promise<Bundle> {
  return withBundle(file, undefined, async (bundle) => bundle)
}

/** Unpacks the program of a verified bundle into a folder, executable. Returns its path. */
export async function extractProgram(bundle: VerifiedBundle, folder: string): Promise<string> {
  const { manifest, file } = bundle
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, manifest.command)
  const incoming = `${target}.incoming`
  const archive = await openArchive(file)
  try {
    const handle = await open(incoming, 'w', 0o700)
    const hash = createHash('sha256')
    try {
      for await (const chunk of archive.readProgram()) {
        hash.update(chunk)
        await handle.appendFile(chunk)
      }
      await handle.chmod(0o755)
    } finally {
      await handle.close()
    }
    // The file may have been replaced since it was verified.
    if (hash.digest('hex') !== manifest.binary_sha256) {
      throw bundleInvalid('hash', 'The program is not the one that was signed.')
    }
    await rename(incoming, target)
    return target
  } catch (error) {
    await rm(incoming, { force: true })
    throw error
  } finally {
    archive.close()
  }
}

async function withBundle<T>(
  file: string,
  wanted: Digest | undefined,
  use: (bundle: Bundle, archive: BundleArchive) => Promise<T>,
): Promise<T> {
  const { size: sizeBytes } = await stat(file)
  if (sizeBytes > FILE_BYTES_MAX) {
    throw bundleInvalid('too-large', `A bundle has at most ${FILE_BYTES_MAX} bytes.`)
  }
  const digest = await digestOfFile(file)
  if (wanted && digest !== wanted) {
    throw new MyceliumError('DIGEST_MISMATCH', 'The file is not the bundle that was asked for.')
  }
  const archive = await openArchive(file)
  try {
    const manifest = parseManifest(archive.manifest)
    if (manifest.command !== archive.programName) {
      throw bundleInvalid('command', `The manifest's command names no file of this bundle.`)
    }
    const publisher = Buffer.from(manifest.public_key, 'base64').toString('hex')
    return await use({ manifest, digest, publisher, sizeBytes }, archive)
  } finally {
    archive.close()
  }
}

function checkSignature(manifest: Manifest): void {
  const key = Buffer.from(manifest.public_key, 'base64')
  const signature = Buffer.from(manifest.signature, 'base64')
  if (!verify(key, messageHash(manifest), signature)) {
    throw bundleInvalid('signature', 'The signature does not hold.')
  }
}

async function hashProgram(archive: BundleArchive): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of archive.readProgram()) {
    hash.update(chunk)
    bytes += chunk.byteLength
  }
  return { sha256: hash.digest('hex'), bytes }
}

async function digestOfFile(file: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    hash.update(chunk)
  }
  const digest = parseDigest(`sha256:${hash.digest('hex')}`)
  if (!digest) throw new MyceliumError('DIGEST_MISMATCH', 'No digest.')
  return digest
}
