import { describe, expect, test } from 'vitest'
import { importText } from '../index.ts'

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
          ports: [{ containerPort: 80 }]
          resources: { requests: { cpu: 200m }, limits: { cpu: 500m, memory: 128Mi } }
---
`
const scaler = (spec: string, version = 'autoscaling/v2') => `${DEPLOYMENT}
apiVersion: ${version}
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 10
${spec}`
const CPU = `
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } }`

function brought(text: string) {
  const { workloads, report } = importText({ text })
  const [workload] = workloads
  const said = report.flatMap(({ path, code }) => {
    return /Autoscaler|replicas/.test(path) ? [[path.split('.').slice(1).join('.'), code]] : []
  })
  return { workload, said: Object.fromEntries(said) }
}

describe('a HorizontalPodAutoscaler', () => {
  test('becomes how its workload is scaled, in place of its replicas', () => {
    const behavior = `
  behavior:
    scaleUp: { stabilizationWindowSeconds: 30, policies: [{ type: Pods, value: 4, periodSeconds: 15 }] }
    scaleDown: { stabilizationWindowSeconds: 600 }`
    const memory = `
    - type: Resource
      resource: { name: memory, target: { type: Utilization, averageUtilization: 80 } }`
    const { workload, said } = brought(scaler(`  metrics:${CPU}${memory}${behavior}`))
    expect(workload).not.toHaveProperty('replicas')
    expect(workload?.autoscale).toEqual({
      ...{ min: 2, max: 10, cpuPercent: 60, upAfterMs: 30_000, downAfterMs: 600_000 },
    })
    expect(said).toMatchObject({
      'spec.replicas': 'number-follows',
      'spec.scaleTargetRef': 'kept',
      'spec.metrics.0': 'kept',
      'spec.metrics.1': 'no-scaling',
      'spec.behavior.scaleUp.policies.0': 'no-scaling',
    })
  })

  test('of the first version says its processor by itself', () => {
    const text = scaler('  targetCPUUtilizationPercentage: 50', 'autoscaling/v1')
    expect(brought(text).workload?.autoscale).toEqual({ min: 2, max: 10, cpuPercent: 50 })
  })

  test('by what there is not here leaves the number as it was, and says so', () => {
    const pods = `
    - type: Pods
      pods: { metric: { name: queue }, target: { type: AverageValue, averageValue: 30 } }`
    const { workload, said } = brought(scaler(`  metrics:${pods}`))
    expect([workload?.replicas, workload?.autoscale]).toEqual([3, undefined])
    expect(said).toMatchObject({
      'spec.metrics.0': 'no-scaling',
      'spec.maxReplicas': 'no-scaling',
      'spec.minReplicas': 'no-scaling',
      'spec.replicas': 'kept',
    })
  })

  test('of what is not in the text scales nothing', () => {
    const text = scaler(`  metrics:${CPU}`).replace(
      'name: web }\n  minReplicas',
      'name: api }\n  minReplicas',
    )
    const { workload, said } = brought(text)
    expect([workload?.replicas, workload?.autoscale]).toEqual([3, undefined])
    expect(said['spec.scaleTargetRef']).toBe('not-used')
  })
})
