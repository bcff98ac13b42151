/** Hex of SHA-256 of a node's 32-byte Ed25519 public key: 64 lower-case digits. */
export type NodeId = string & { readonly __brand: 'NodeId' }

export function parseNodeId(text: string): NodeId | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as NodeId) : undefined
}

/** The first eight digits, for people. */
export function shortId(id: string): string {
  return id.slice(0, 8)
}
