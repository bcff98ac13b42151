/** Which kind of store a location names. */
import path from 'node:path'
import { openBucketStore } from './bucket-store.ts'
import { failure } from './failures.ts'
import { openFileStore, requireFolder } from './file-store.ts'
import type { SeedStore, SeedStoreDeps } from './index.ts'
import { LOCATION_LENGTH_MAX } from './limits.ts'
import { isPrivate, openWebStore } from './web-store.ts'

/** A path, `https://…`, or `s3://bucket/key?endpoint=…&region=…`. Throws SEED_LOCATION_INVALID. */
export function openSeedStore(location: string, deps: SeedStoreDeps): SeedStore {
  if (location.length > LOCATION_LENGTH_MAX) throw badLocation('The location is too long.')
  if (!isUrl(location)) return openFileStore(location, deps)
  const url = URL.canParse(location) ? new URL(location) : undefined
  if (!url) throw badLocation('The location is not a URL.')
  // They would be shown and logged with it.
  if (url.username || url.password) throw badLocation('Give the password apart from the URL.')
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return openWebStore(url, deps)
    case 's3:':
      return openBucketStore(url, deps)
    default:
      throw badLocation('A seed is a file, an http(s) URL, or s3://bucket/key.')
  }
}

/**
 * A mistyped path would be warned of for ever, where a place that was once there may come back. Throws
 * SEED_UNREACHABLE.
 */
export async function mustBeThere(location: string): Promise<void> {
  if (!isUrl(location)) await requireFolder(path.dirname(location))
}

function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location)
}

/** On its way over plain http anybody could hold it back, or put an older one in its place. */
export function mustBeSafe(location: string): void {
  if (!/^http:/i.test(location) || !URL.canParse(location)) return
  if (!isPrivate(new URL(location))) {
    throw badLocation('A seed is published over https://; http:// is for this computer alone.')
  }
}

function badLocation(message: string): Error {
  return failure('SEED_LOCATION_INVALID', message)
}
