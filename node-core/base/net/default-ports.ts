/** Where a node listens unless its owner says otherwise: the mesh (TCP and QUIC), the API, the edge. */
export const DEFAULT_PORTS = { mesh: 4_000, api: 7_780, edge: 8_080 } as const
