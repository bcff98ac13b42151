import { heights } from './usage-history.ts'

const WIDTH = 64
const HEIGHT = 18

/** How a figure went lately, as a line as small as a word. What it says stands beside it in words. */
export function Sparkline({ values, most }: { values: readonly number[]; most: number }) {
  if (values.length < 2) return <span className="sparkline" />
  const step = WIDTH / (values.length - 1)
  const points = heights(values, most).map((height, index) => {
    return `${(index * step).toFixed(1)},${(HEIGHT - 1 - height * (HEIGHT - 2)).toFixed(1)}`
  })
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  )
}
