import type { CSSProperties, ReactNode } from 'react'
import './table.css'

/** More than these need more room. */
const COLUMNS_NARROW_MAX = 5

/**
 * Rows and columns. Where there is no room for columns each row stands as a card of its own, its
 * cells with the names of their columns before them: nothing is cut, nobody scrolls to the side.
 */
export function Table(props: {
  columns: readonly string[]
  className?: string
  /** Its rows, each with a cell for every column. */
  children: ReactNode
}) {
  const { columns, className = '', children } = props
  const isWide = columns.length > COLUMNS_NARROW_MAX
  return (
    <div className={isWide ? 'table-room table-room-wide' : 'table-room'}>
      <table className={`table ${className}`} style={labelsOf(columns)}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

/** For the style sheet, which knows a cell by its place. */
function labelsOf(columns: readonly string[]): CSSProperties {
  return Object.fromEntries(
    columns.map((column, index) => [`--column-${index + 1}`, JSON.stringify(column)]),
  )
}
