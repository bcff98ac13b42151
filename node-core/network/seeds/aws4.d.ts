/** What we use of the package, which brings no types. */
declare module 'aws4' {
  interface UnsignedRequest {
    host: string
    path: string
    method: string
    service: string
    region: string
    headers: Record<string, string>
    body?: Uint8Array
  }
  interface Credentials {
    accessKeyId: string
    secretAccessKey: string
    sessionToken?: string
  }
  const aws4: {
    sign(request: UnsignedRequest, credentials: Credentials): { headers: Record<string, string> }
  }
  export default aws4
}
