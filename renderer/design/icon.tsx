/** Our own line icons on a grid of 20, drawn with one pen. They are never the only sign. */
const PATHS = {
  network:
    'M8.6 8.6 6 5.9M12 9l2.6-1.6M11 12.2l1.7 2.6M8.2 11l-2 1M10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM5 6.2a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8ZM15.8 8a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8ZM13.4 17.2a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8ZM4.8 14a1.4 1.4 0 1 0 0-2.8 1.4 1.4 0 0 0 0 2.8Z',
  workloads: 'M3 5.5 10 2l7 3.5L10 9 3 5.5ZM3 10l7 3.5 7-3.5M3 14.5 10 18l7-3.5',
  deploy: 'M10 17V7m0 0-4 4m4-4 4 4M4 3.5h12',
  computer: 'M3 4h14v9.5H3V4ZM7 17h6m-3-3.5V17',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  close: 'm5 5 10 10M15 5 5 15',
  check: 'm4 10.500 4 4 8-9',
  chevron: 'm7.500 5 5 5-5 5',
  down: 'm5 7.500 5 5 5-5',
  copy: 'M7 7h10v10H7V7ZM13 7V3H3v10h4',
  external: 'M8 4H4v12h12v-4M11 4h5v5m0-5-7 7',
  invite:
    'M8 9.5A3.25 3.25 0 1 0 8 3a3.25 3.25 0 0 0 0 6.5ZM2.5 17c.4-3.2 2.5-5 5.5-5 1.7 0 3.1.6 4.1 1.6M15.5 11.5v6M12.5 14.5h6',
  people:
    'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 16.5c.3-3 2.2-4.7 5-4.7s4.7 1.7 5 4.7M13 4a3 3 0 0 1 0 5.3M14.5 12.2c1.8.6 2.8 2.1 3 4.3',
  settings:
    'M3 6h8m4 0h2M3 14h2m4 0h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  trash: 'M3.5 5.5h13M8 5.5V3h4v2.5M5.5 5.5 6.3 17h7.4l.8-11.5M8.5 9v5m3-5v5',
  logs: 'M4 5h12M4 10h12M4 15h7',
  warning: 'M10 3 18 16.5H2L10 3Zm0 5v4m0 2.2v.1',
  info: 'M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 9v5m0-7.5v.1',
  download: 'M10 3v10m0 0-4-4m4 4 4-4M4 16.5h12',
  list: 'M7 5h10M7 10h10M7 15h10M3 5h.01M3 10h.01M3 15h.01',
  fit: 'M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4',
  pause: 'M7 4v12M13 4v12',
  play: 'M6 4v12l10-6L6 4Z',
  box: 'M3 6.5 10 3l7 3.5v7L10 17l-7-3.5v-7ZM3 6.5l7 3.5 7-3.5M10 10v7',
  spore:
    'M10 3c3.6 0 6.5 2.6 6.5 5.5 0 1.2-1.2 1.8-2.6 1.8H6.1c-1.4 0-2.6-.6-2.6-1.8C3.5 5.6 6.4 3 10 3ZM8.2 10.3 7.5 16c-.1 1 .8 1.5 2.5 1.5s2.6-.5 2.5-1.5l-.7-5.7',
  leave: 'M8 3H3.5v14H8M13 6l4 4-4 4m4-4H7.5',
  undo: 'M7 4 3.5 7.5 7 11M3.5 7.5H12a4.5 4.5 0 0 1 0 9H8',
  tidy: 'M3 4h5v4H3V4ZM12 12h5v4h-5v-4ZM12 4h5v4h-5V4ZM8 6h4M10 6v8h2',
  disk: 'M3.500 5.500C3.500 4.100 6.400 3 10 3s6.500 1.100 6.500 2.500S13.600 8 10 8 3.500 6.900 3.500 5.500ZM3.500 5.500v9C3.500 15.900 6.400 17 10 17s6.500-1.100 6.500-2.500v-9M3.500 10c0 1.400 2.900 2.500 6.500 2.500s6.500-1.100 6.500-2.500',
  cap: 'M2.500 10.500C2.800 6 6 3 10 3s7.200 3 7.500 7.500c-2.300 1.300-12.700 1.300-15 0ZM8 11.300 7.500 17h5L12 11.300',
  link: 'M8.5 11.5a3.5 3.5 0 0 0 5 0l2.5-2.5a3.5 3.5 0 0 0-5-5l-1 1M11.5 8.5a3.5 3.5 0 0 0-5 0L4 11a3.5 3.5 0 0 0 5 5l1-1',
  key: 'M6.5 17a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM9 11 16.500 3.500M13 7l2.500 2.500M15.500 4.500l2 2',
  file: 'M5 2.5h6.5L15.5 6v11.5h-10.5v-15ZM11 2.5V6.5h4.5',
  radar: 'M10 10h.01M6.5 13.5a5 5 0 1 1 7 0M4 16a8.5 8.5 0 1 1 12 0',
  ballot:
    'M3 9.500h14v7.500H3V9.500ZM6.500 12.500h7M6 9.500V3h8v6.500M8 6.200l1.500 1.500L12.200 5',
  keyboard: 'M2.5 5h15v10h-15V5ZM5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M6.5 12h7',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return <Drawing path={PATHS[name]} size={size} />
}

/** One line of the window's own hand, on a field of 20 by 20. */
export function Drawing({ path, size }: { path: string; size: number }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  )
}
