/** The mark: threads that meet in a hub. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg
      className="mark"
      viewBox="0 0 32 32"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path
        strokeWidth={1.7}
        d="M16 16C13 12 9 12 6 7M16 16c4-1 5-6 9-9M16 16c4 1 6 5 11 5M16 16c-1 4 1 7-2 12M16 16c-4 0-7 4-12 3"
      />
      <path
        strokeWidth={1.1}
        d="M10.5 11.6C10 9 11 7 10.5 4M20.9 12.3c2 .6 4 .1 6 1.2M21.5 18.7c1 2.3.8 4.3 2.6 6.3M8.8 17.9C7.5 20 7.8 22.5 6 25"
      />
      <circle cx="16" cy="16" r="3.5" fill="currentColor" stroke="none" />
    </svg>
  )
}
