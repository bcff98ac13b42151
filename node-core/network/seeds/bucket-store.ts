/**
 * A seed in a bucket of S3 or of a store that speaks like it. Requests are signed with AWS's Signature
 * Version 4; writes are conditional (If-None-Match since 2024-08, If-Match since 2024-11).
 */
import aws4 from 'aws4'
import { failure, reaching, withTimeout } from './failures.ts'
import { condition, foundIn, outcomeOf } from './http.ts'
import type { SeedStore, SeedStoreDeps } from './index.ts'

const REGION_DEFAULT = 'us-east-1'

export function openBucketStore(
  location: URL,
  { clock, credentials = {} }: SeedStoreDeps,
): SeedStore {
  const region = location.searchParams.get('region') ?? REGION_DEFAULT
  const target = targetOf(location, region)
  const { accessKeyId, secretAccessKey, sessionToken } = credentials

  async function send(
    method: 'GET' | 'PUT',
    extra: Record<string, string>,
    signal: AbortSignal,
    body?: Uint8Array,
  ): Promise<Response> {
    const headers: Record<string, string> = { ...extra, 'x-amz-date': amzDate(clock.wallMs()) }
    const signed =
      accessKeyId !== undefined && secretAccessKey !== undefined
        ? aws4.sign(
            {
              ...{ host: target.host, path: target.pathname, method, service: 's3', region },
              ...{ headers, ...(body && { body: Buffer.from(body) }) },
            },
            { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
          ).headers
        : headers
    // The client sets it by itself, to the same.
    const { Host: _, 'Content-Length': __, ...sent } = signed
    return fetch(target, {
      ...{ method, headers: sent, signal, redirect: 'error' },
      ...(body && { body: Uint8Array.from(body) }),
    })
  }

  return {
    location: location.href,
    read: (signal) =>
      reaching(async () => {
        const response = await send('GET', {}, withTimeout(signal))
        if (response.status !== 403) return foundIn(response)
        await response.body?.cancel()
        throw failure('SEED_UNREACHABLE', FORBIDDEN)
      }),
    write: (bytes, tag, signal) =>
      reaching(async () => {
        const headers = { ...condition(tag), 'Content-Type': 'application/octet-stream' }
        return outcomeOf(await send('PUT', headers, withTimeout(signal), bytes))
      }),
  }
}

/** S3 says 404 to those alone who may list. */
const FORBIDDEN =
  'The server answered 403: the key may not read there, or nothing lies there yet and the key may not ' +
  'list the bucket (s3:ListBucket), without which the server does not say so.'

/** With an endpoint the bucket is part of the path, which every such store takes. */
function targetOf({ host: bucket, pathname, searchParams }: URL, region: string): URL {
  if (!bucket || pathname.length < 2) {
    throw failure('SEED_LOCATION_INVALID', 'A bucket’s seed is s3://bucket/key.')
  }
  const endpoint = searchParams.get('endpoint')
  if (endpoint === null) return new URL(`https://${bucket}.s3.${region}.amazonaws.com${pathname}`)
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw failure('SEED_LOCATION_INVALID', 'The endpoint of a bucket is an http(s) URL.')
  }
  return new URL(`/${bucket}${pathname}`, url)
}

/** `20261125T120000Z`. */
function amzDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/g, '')
}
