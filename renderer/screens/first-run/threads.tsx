const VIEW = { width: 1_200, height: 800 }

/** Threads behind the first pages: each step grows the next ones. Decoration only. */
export function Threads({ step }: { step: number }) {
  return (
    <svg
      className="threads"
      viewBox={`0 0 ${VIEW.width} ${VIEW.height}`}
      preserveAspectRatio="xMidYMid slice"
      fill="none"
      aria-hidden="true"
    >
      {THREADS.map(({ path, from, weight }) => (
        <path
          key={path}
          d={path}
          pathLength={1}
          strokeWidth={weight}
          className={step >= from ? 'thread thread-grown' : 'thread'}
        />
      ))}
      {KNOTS.map(({ x, y, from }) => (
        <circle
          key={`${x}-${y}`}
          cx={x}
          cy={y}
          r={5}
          className={step >= from ? 'knot knot-grown' : 'knot'}
        />
      ))}
    </svg>
  )
}

const THREADS = [
  { from: 1, weight: 2, path: 'M-20 640C90 610 130 540 210 545' },
  { from: 1, weight: 1.2, path: 'M210 545C250 500 240 440 290 390' },
  { from: 1, weight: 1.2, path: 'M210 545C270 570 290 640 350 690' },
  { from: 2, weight: 1.6, path: 'M290 390C250 330 170 320 150 240' },
  { from: 2, weight: 1, path: 'M150 240C110 190 60 190 -20 150' },
  { from: 2, weight: 1, path: 'M150 240C190 180 180 110 240 60' },
  { from: 3, weight: 1.4, path: 'M350 690C470 740 560 700 700 745' },
  { from: 3, weight: 1, path: 'M700 745C780 770 840 740 930 820' },
  { from: 3, weight: 1, path: 'M700 745C800 700 860 690 930 620' },
  { from: 4, weight: 1.8, path: 'M930 620C980 560 960 480 1030 420' },
  { from: 4, weight: 1, path: 'M1030 420C1090 380 1140 390 1220 340' },
  { from: 4, weight: 1, path: 'M930 620C1010 640 1090 610 1220 660' },
  { from: 5, weight: 1.4, path: 'M1030 420C990 330 1020 230 960 150' },
  { from: 5, weight: 1, path: 'M960 150C900 90 820 110 760 -20' },
  { from: 5, weight: 1, path: 'M960 150C1040 110 1080 60 1170 50' },
  { from: 5, weight: 1, path: 'M240 60C340 20 420 50 500 -20' },
]

const KNOTS = [
  { x: 210, y: 545, from: 1 },
  { x: 290, y: 390, from: 2 },
  { x: 150, y: 240, from: 2 },
  { x: 350, y: 690, from: 3 },
  { x: 700, y: 745, from: 3 },
  { x: 930, y: 620, from: 4 },
  { x: 1030, y: 420, from: 4 },
  { x: 960, y: 150, from: 5 },
  { x: 240, y: 60, from: 5 },
]
