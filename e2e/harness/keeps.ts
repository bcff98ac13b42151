/** A workload of one container that keeps data in a volume. */
export const KEEPS = {
  name: 'keeps',
  containers: [
    {
      ...{ name: 'main', image: 'hello:1', ports: [{ containerPort: 80 }] },
      mounts: [{ volume: 'data', path: '/data' }],
    },
  ],
  volumes: [{ name: 'data', size: '1Gi' }],
}
